/** Unions and intersections of periods. */
import { type Interval, interval } from '../zone/interval.ts'
import { Rule } from './rule.ts'

/** Search limit, after which parts are considered never to coincide, or to overlap without end: thirty years. */
const HORIZON_MS = 30 * 366 * 86_400_000
/** Maximum number of steps of a search: two parts by the second could need a billion. */
const MAX_STEPS = 20_000
/** Number of overlapping instances in a row after which their chain is considered endless. */
const MAX_LINKS = 5_000

/**
 * The instants that lie in any of the parts. Overlapping instances are merged; adjacent ones remain separate
 * (08:00-09:00 and 09:00-12:00 are two instances, as two days are).
 */
export class UnionRule extends Rule {
  readonly kind = 'union'
  readonly parts: readonly Rule[]

  constructor(parts: readonly Rule[]) {
    super()
    this.parts = Object.freeze([...parts])
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    let from = at
    for (let step = 0; step < MAX_STEPS; step++) {
      const first = earliest(this.parts.map((part) => part.next(from, zone)))
      if (first === null) return null
      const whole = this.#grow(first, zone)
      if (whole.start > at) return whole
      if (whole.end === Infinity) return null
      // The instance found began before `at`, so the next one starts at its end at the earliest.
      from = Math.max(from, whole.end - 1)
    }
    return null
  }

  previous(at: number, zone: string): Interval | null {
    let to = at
    for (let step = 0; step < MAX_STEPS; step++) {
      const last = latest(this.parts.map((part) => part.previous(to, zone)))
      if (last === null) return null
      const whole = this.#grow(last, zone)
      if (whole.end <= at) return whole
      if (whole.start === -Infinity) return null
      to = Math.min(to, whole.start)
    }
    return null
  }

  override contains(at: number, zone: string): boolean {
    return this.parts.some((part) => part.contains(at, zone))
  }

  override edgeAfter(at: number, zone: string): number {
    // Not the end of the merged instance: parts that overlap endlessly would be followed endlessly.
    return Math.min(...this.parts.map((part) => part.edgeAfter(at, zone)))
  }

  toString(): string {
    return this.parts.join(' | ')
  }

  instanceAt(at: number, zone: string): Interval | null {
    for (const part of this.parts) {
      const found = part.instanceAt(at, zone)
      if (found !== null) return this.#grow(found, zone)
    }
    return null
  }

  protected override since(at: number, current: Interval | null): number {
    // Merged instances do not overlap, and an endless chain is followed once.
    return current?.start ?? at
  }

  /** Merges the instance with all that overlap it in both directions; endless chains end at ±Infinity. */
  #grow(seed: Interval, zone: string): Interval {
    return interval(this.#reachBack(seed.start, zone), this.#reachOn(seed.end, zone))
  }

  #reachOn(from: number, zone: string): number {
    let end = from
    for (let links = 0; links < MAX_LINKS; links++) {
      const before = end
      for (const part of this.parts) end = Math.max(end, part.instanceAt(end - 1, zone)?.end ?? end)
      if (end === before || end === Infinity) return end
      if (end - from > HORIZON_MS) break
    }
    return Infinity
  }

  #reachBack(from: number, zone: string): number {
    let start = from
    for (let links = 0; links < MAX_LINKS; links++) {
      const before = start
      for (const part of this.parts) start = Math.min(start, startBefore(part, start, zone))
      if (start === before || start === -Infinity) return start
      if (from - start > HORIZON_MS) break
    }
    return -Infinity
  }
}

/**
 * The start of an instance of the part that begins before the instant and ends after it; else the instant. Instances of one
 * part may overlap (from the 2nd to the first Monday of the next month), and the last of them contains the instant.
 */
function startBefore(part: Rule, at: number, zone: string): number {
  const first = part.instanceAt(at, zone)?.start ?? at
  const earlier = part.instanceAt(first - 1, zone)
  return earlier !== null && earlier.end > first ? earlier.start : first
}

/** The instants that lie in all of the parts. An instance is the overlap of one instance of each part. */
export class IntersectionRule extends Rule {
  readonly kind = 'intersection'
  readonly parts: readonly Rule[]

  constructor(parts: readonly Rule[]) {
    super()
    this.parts = Object.freeze([...parts])
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    let start = Math.min(...this.parts.map((part) => part.next(at, zone)?.start ?? Infinity))
    for (let step = 0; step < MAX_STEPS && start < Infinity; step++) {
      if (start - at > HORIZON_MS) return null
      const common = this.instanceAt(start, zone)
      if (common !== null) return common
      // No overlap exists before every part that is not current has begun.
      let jump = start
      for (const part of this.parts) {
        if (part.instanceAt(start, zone) === null)
          jump = Math.max(jump, part.next(start, zone)?.start ?? Infinity)
      }
      start = jump
    }
    return null
  }

  previous(at: number, zone: string): Interval | null {
    let end = Math.max(...this.parts.map((part) => lastEnd(part, at, zone)))
    for (let step = 0; step < MAX_STEPS && end > -Infinity; step++) {
      if (at - end > HORIZON_MS) return null
      const common = this.instanceAt(end - 1, zone)
      if (common !== null) {
        if (common.end <= at) return common
        // Instances of one part may overlap: one that has not ended hides the one before it.
        end = common.start
        continue
      }
      let jump = end
      for (const part of this.parts) {
        if (part.instanceAt(end - 1, zone) === null) jump = Math.min(jump, lastEnd(part, end - 1, zone))
      }
      end = jump
    }
    return null
  }

  toString(): string {
    return this.parts.map((part) => (part.kind === 'union' ? `(${part})` : `${part}`)).join(' & ')
  }

  override contains(at: number, zone: string): boolean {
    return this.parts.every((part) => part.contains(at, zone))
  }

  protected override until(at: number, zone: string, current: Interval | null): number {
    return current === null
      ? (this.next(at, zone)?.start ?? Infinity)
      : Math.min(...this.parts.map((part) => part.edgeAfter(at, zone)))
  }

  instanceAt(at: number, zone: string): Interval | null {
    let start = -Infinity
    let end = Infinity
    for (const part of this.parts) {
      const instance = part.instanceAt(at, zone)
      if (instance === null) return null
      start = Math.max(start, instance.start)
      end = Math.min(end, instance.end)
    }
    return interval(start, end)
  }
}

function lastEnd(part: Rule, at: number, zone: string): number {
  return part.previous(at, zone)?.end ?? -Infinity
}

function earliest(found: readonly (Interval | null)[]): Interval | null {
  return found.reduce((a, b) => (a === null || (b !== null && b.start < a.start) ? b : a), null)
}

function latest(found: readonly (Interval | null)[]): Interval | null {
  return found.reduce((a, b) => (a === null || (b !== null && b.end > a.end) ? b : a), null)
}
