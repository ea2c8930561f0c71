/** Earliest time at which a condition can hold, if everything but time is as required. */
import { Period } from '../../time/period.ts'
import { cycleUnitOf } from '../../time/period-phrases.ts'
import type { Rule } from '../../time/rules/rule.ts'
import { isOfTimeAlone } from '../evaluate/held-time.ts'
import type { ConditionNode, HeldNode } from '../node.ts'
import { repeatOf, Skipper } from './repeats.ts'

/** Maximum number of calendar evaluations, after which a search is abandoned. */
const maxEvaluations = 20_000
/** After this number of evaluations, every combination of parts that repeat within the hour has occurred. */
const maxFineEvaluations = 2_000

/** Cost of a cron expression in evaluations: it is that much slower than a cycle. */
const cronCost = 50

/** Result of a search. */
export interface Earliest {
  /** The first instant, or Infinity. */
  readonly at: number
  /** The end of the searched range: no earlier instant was found before it. A search may be abandoned early. */
  readonly searchedTo: number
}

/** The times at which a condition could hold. */
interface Times {
  /** The first such instant at or after `at`; Infinity if there is none up to the horizon. */
  next(at: number): number
}

/** Finds the first instant from `now` on, up to `horizon`, at which time allows all of the conditions to hold. */
export function earliest(
  nodes: readonly ConditionNode[],
  zone: string,
  now: number,
  horizon: number,
): Earliest {
  // Most conditions can hold now, and their first evaluation needs that result anyway.
  if (nodes.every((node) => couldHold(node, zone, now))) return { at: now, searchedTo: now }
  const search = new Search(zone, horizon)
  try {
    const times = nodes.flatMap((node) => search.timesOf(node) ?? [])
    const found = times.length === 0 ? now : search.all(times).next(now)
    return { at: found > horizon ? Number.POSITIVE_INFINITY : found, searchedTo: Math.min(found, horizon) }
  } catch (error) {
    if (error !== abandoned) throw error
    return { at: Number.POSITIVE_INFINITY, searchedTo: search.isFine ? horizon : search.reached }
  }
}

/** True if time allows the condition to hold at the instant. */
function couldHold(node: ConditionNode, zone: string, at: number): boolean {
  if (node.kind === 'period') return node.period.contains(at, zone)
  if (node.kind === 'constant') return node.value
  if (node.kind === 'all') return node.nodes.every((part) => couldHold(part, zone, at))
  if (node.kind === 'any') return node.nodes.some((part) => couldHold(part, zone, at))
  if (node.kind === 'held') return false
  if (node.kind !== 'not') return true
  return node.node.kind === 'period' && !node.node.period.contains(at, zone)
}

const abandoned = new Error('the search was abandoned')

class Search {
  #evaluations = 0
  /** The latest instant that was evaluated. */
  reached = Number.NEGATIVE_INFINITY
  /** True while everything that was evaluated repeats within the hour. */
  isFine = true

  constructor(
    readonly zone: string,
    readonly horizon: number,
  ) {}

  /** Null if more than time determines the condition. */
  timesOf(node: ConditionNode): Times | null {
    if (node.kind === 'period') return this.#period(node.period)
    if (node.kind === 'constant') return node.inMs === undefined ? constantly(node.value) : null
    if (node.kind === 'not') return this.#not(node.node)
    if (node.kind === 'any') return this.#any(node.nodes.map((part) => this.timesOf(part)))
    if (node.kind === 'held') return this.#held(node)
    if (node.kind !== 'all') return null
    const times = node.nodes.flatMap((part) => this.timesOf(part) ?? [])
    return times.length === 0 ? null : this.all(times)
  }

  all(parts: readonly Times[]): Times {
    if (parts.length === 1) return parts[0]!
    return {
      next: (from) => {
        // Each part in turn moves the instant to its next possible one, until all agree.
        let at = from
        for (let agreed = 0, place = 0; agreed < parts.length && at <= this.horizon; place++) {
          const next = parts[place % parts.length]!.next(at)
          agreed = next === at ? agreed + 1 : 1
          at = next
        }
        return at
      },
    }
  }

  #any(parts: readonly (Times | null)[]): Times | null {
    const times = parts.filter((part) => part !== null)
    if (times.length < parts.length) return null
    return { next: (from) => Math.min(...times.map((part) => part.next(from))) }
  }

  /** The negation: of `all`, any negated part; of `any`, all negated parts. */
  #not(node: ConditionNode): Times | null {
    if (node.kind === 'not') return this.timesOf(node.node)
    if (node.kind === 'constant') return node.inMs === undefined ? constantly(!node.value) : null
    if (node.kind === 'all') return this.#any(node.nodes.map((part) => this.#not(part)))
    if (node.kind === 'any') {
      const times = node.nodes.flatMap((part) => this.#not(part) ?? [])
      return times.length === 0 ? null : this.all(times)
    }
    return node.kind === 'period' ? this.#outside(node.period) : null
  }

  /**
   * From the required duration after each beginning to the end. If more than time determines the inner condition, a
   * superset of its times.
   */
  #held({ node, forMs }: HeldNode): Times | null {
    const inner = this.timesOf(node)
    const outside = this.#not(node)
    if (inner === null || outside === null || !isOfTimeAlone(node)) return inner
    const repeat = repeatOf(node, this.zone)
    return {
      next: (from) => {
        const skipper = repeat === null ? null : new Skipper(repeat, this.horizon)
        for (let begin = inner.next(from - forMs); begin <= this.horizon; ) {
          const end = outside.next(begin)
          const at = Math.max(from, begin + forMs)
          if (at < end) return at
          begin = inner.next(skipper === null ? end : skipper.after(begin, end))
        }
        return Number.POSITIVE_INFINITY
      },
    }
  }

  #period(period: Period): Times | null {
    if (movesAlong(period)) return null
    // The parts of an intersection are searched one by one: the intersection itself would search for decades.
    const parts = partsOf(period)
    if (parts !== null)
      return this.all(parts.map((part) => this.#period(part)).filter((times) => times !== null))
    this.#note(period)
    const cost = period.kind === 'cron' ? cronCost : 1
    return {
      next: (at) => {
        let next = at
        // A period caches its result with the end of its validity, so these two calls cost one evaluation.
        this.#count(next)
        while (next <= this.horizon && !period.contains(next, this.zone)) {
          next = period.edgeAfter(next, this.zone)
          this.#count(next, cost)
        }
        return next
      },
    }
  }

  #outside(period: Period): Times | null {
    if (movesAlong(period)) return null
    this.#note(period)
    return {
      next: (from) => {
        for (let at = from; at <= this.horizon; ) {
          this.#count(at)
          const current = period.current(at, this.zone)
          if (current === null) return at
          at = current.end
        }
        return Number.POSITIVE_INFINITY
      },
    }
  }

  #count(at: number, cost = 1): void {
    this.reached = Math.max(this.reached, at)
    this.#evaluations += cost
    if (this.#evaluations > (this.isFine ? maxFineEvaluations : maxEvaluations)) throw abandoned
  }

  #note(period: Period): void {
    const unit = /^time of (\w+)/.exec(String(period))?.[1]
    this.isFine &&= ['second', 'minute', 'hour'].includes(cycleUnitOf(unit ?? '') ?? '')
  }
}

const constantly = (value: boolean): Times => ({ next: (at) => (value ? at : Number.POSITIVE_INFINITY) })

/** True for spans and relative days: they move with the instant, so they cannot be evaluated ahead. */
function movesAlong(period: Period): boolean {
  return /\b(?:past|future|today|yesterday|the day before)\b/.test(String(period))
}

function partsOf(period: Period): readonly Period[] | null {
  const { zone, kind } = period
  if (kind !== 'intersection') return null
  const rule = period.rule as Rule & { readonly rule?: Rule; readonly parts?: readonly Rule[] }
  const { parts = [] } = (rule.rule ?? rule) as { readonly parts?: readonly Rule[] }
  return parts.map((part) => {
    const alone = new Period(part)
    return zone === undefined || alone.zone !== undefined ? alone : alone.in(zone)
  })
}
