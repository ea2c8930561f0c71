/** Periods relative to the current day. */
import { printClock } from '../moment/moment.ts'
import { type Interval, interval } from '../zone/interval.ts'
import { DAY } from '../zone/units.ts'
import { localAt, resolveLocal } from '../zone/utc-offsets.ts'
import { beginOf, indexAt, nextUnit } from './calendar-units.ts'
import { Rule } from './rule.ts'

const back = { today: 0, yesterday: 1, 'the day before': 2 } as const

/**
 * A day relative to the instant that is evaluated.
 *
 * @example
 * ```ts
 * const day: RelativeDay = 'the day before'
 * ```
 */
export type RelativeDay = keyof typeof back

/**
 * Today, yesterday or the day before, or the same hours of it. Like a span, it is relative to the instant that is
 * evaluated.
 */
export class RelativeDayRule extends Rule {
  readonly kind = 'relative-day'
  readonly day: RelativeDay
  /** Milliseconds after midnight on the local clock. */
  readonly from: number
  readonly to: number

  constructor(day: RelativeDay, from = 0, to = DAY) {
    super()
    if (!(day in back)) {
      throw new RangeError(
        `Cannot make a relative day as it must be ${Object.keys(back).join(', ')}: ${String(day)}.`,
      )
    }
    if (!(from < to))
      throw new RangeError(`Cannot make a relative day as it must end after it starts: ${from}, ${to}.`)
    this.day = day
    this.from = from
    this.to = to
    Object.freeze(this)
  }

  override contains(at: number, zone: string): boolean {
    const seen = this.current(at, zone)!
    return seen.start <= at && at < seen.end
  }

  next(): null {
    return null
  }

  previous(): null {
    return null
  }

  /** The window itself, as it is already relative to the instant. */
  override rollForward(at: number, zone: string): Interval | null {
    return this.current(at, zone)
  }

  override rollBack(at: number, zone: string): Interval | null {
    return this.current(at, zone)
  }

  toString(): string {
    if (this.from === 0 && this.to === DAY) return this.day
    if (this.to === DAY) return `${this.day} after ${printClock(this.from)}`
    return `${this.day} between ${printClock(this.from)} and ${printClock(this.to)}`
  }

  instanceAt(at: number, zone: string): Interval {
    let day = dayIndexAt(at, zone)
    for (let left = back[this.day]; left > 0; left--) day = nextUnit(day, 'day', zone, -1)
    const begin = beginOf(day, 'day')
    return interval(resolveLocal(begin + this.from, zone), resolveLocal(begin + this.to, zone))
  }

  protected override until(at: number, zone: string): number {
    return midnight(dayIndexAt(at, zone) + 1, zone)
  }
}

function midnight(day: number, zone: string): number {
  return resolveLocal(beginOf(day, 'day'), zone)
}

function dayIndexAt(at: number, zone: string): number {
  // A clock set back across midnight shows yesterday again, but the day that has begun continues.
  let day = indexAt(localAt(at, zone), 'day') + 1
  while (midnight(day, zone) > at) day--
  return day
}
