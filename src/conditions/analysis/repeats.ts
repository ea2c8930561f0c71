/** Repetition of calendar conditions: the result for one day applies to all days without a clock change. */

import { cycleUnitOf } from '../../time/period-phrases.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../time/zone/units.ts'
import { type OffsetPeriod, offsetPeriodAt } from '../../time/zone/utc-offsets.ts'
import { partsOf } from '../evaluate/held-time.ts'
import type { ConditionNode } from '../node.ts'

/** Months and years differ in length, so conditions with them do not repeat. */
const repeatMs: Readonly<Record<string, number>> = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
}

/** Length of a condition's repetition, which applies while the offset of the zone is constant. */
export interface Repeat {
  readonly ms: number
  readonly zone: string
}

/** The repetition of the condition; null if it does not repeat, or if its parts use several zones. */
export function repeatOf(node: ConditionNode, zone: string): Repeat | null {
  if (node.kind === 'constant') return { ms: 0, zone }
  if (node.kind === 'period') {
    const { period } = node
    const unit = period.kind === 'cycle' ? /^time of (\w+)/.exec(String(period))?.[1] : undefined
    const ms = repeatMs[cycleUnitOf(unit ?? '') ?? '']
    return ms === undefined ? null : { ms, zone: period.zone ?? zone }
  }
  // A condition that depends on the past (`held`) repeats later than its inner condition.
  if (node.kind !== 'all' && node.kind !== 'any' && node.kind !== 'not') return null
  const parts = partsOf(node).map((part) => repeatOf(part, zone))
  const [first] = parts
  if (first === undefined || parts.some((part) => part === null || part.zone !== first?.zone)) return null
  return { ms: Math.max(...parts.map((part) => part!.ms)), zone: first!.zone }
}

/**
 * Skips instances that equal evaluated ones: if all that begin within one repeat are too short, all later ones are,
 * until the offset of the zone changes.
 */
export class Skipper {
  readonly #repeat: Repeat
  #seenFrom: number | null = null
  #steady: Pick<OffsetPeriod, 'from' | 'to'> = {
    from: Number.NEGATIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  }

  constructor(
    repeat: Repeat,
    /** End of the search. */
    readonly horizon: number,
  ) {
    this.#repeat = repeat
  }

  /** The start of the next instance that may differ. Receives each instance that was too short, in order. */
  after(begin: number, end: number): number {
    const { ms } = this.#repeat
    if (begin >= this.#steady.to) {
      this.#steady = this.#steadyAt(begin)
      this.#seenFrom = null
    }
    const { from, to } = this.#steady
    // Next to a change of the offset, an instance may be longer or shorter than the others.
    if (begin - ms < from || end + ms > to) return end
    this.#seenFrom ??= begin
    return end < this.#seenFrom + ms ? end : Math.max(end, to - 2 * ms)
  }

  /** The range of constant offset around an instant. Ranges may also end without a change. */
  #steadyAt(at: number): Pick<OffsetPeriod, 'from' | 'to'> {
    const { zone } = this.#repeat
    const { from, offset, ...first } = offsetPeriodAt(at, zone)
    let { to } = first
    while (to <= this.horizon) {
      const next = offsetPeriodAt(to, zone)
      if (next.offset !== offset) break
      to = next.to
    }
    return { from, to }
  }
}
