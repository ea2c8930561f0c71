/** Periods of cron expressions. */
import { printDuration } from '../duration/duration.ts'
import { type Interval, interval } from '../zone/interval.ts'
import { DAY } from '../zone/units.ts'
import { type OffsetPeriod, offsetPeriodAt, resolveLocal } from '../zone/utc-offsets.ts'
import { MAX_INSTANT } from '../zone/zone.ts'
import { indexAt, isSkippedDay } from './calendar-units.ts'
import { type CronFields, readCron } from './cron-fields.ts'
import { CronReadings } from './cron-readings.ts'
import { Rule } from './rule.ts'

/**
 * Search limit, after which an expression is considered never to occur: 29 February on a given weekday can be 40 years
 * away.
 */
const HORIZON_MS = 60 * 366 * 86_400_000

/** The last result, cached. */
interface Known {
  readonly zone: string
  readonly asked: number
  readonly start: number
}

/**
 * The occurrences of a cron expression. Each lasts one unit of its finest field, or the grace period, and ends at the
 * next occurrence at the latest. {@link CronReadings} computes the local times. At a clock change, a reading in a gap
 * occurs at the gap's end if its hour is listed, and a reading that the clock shows twice occurs twice unless the
 * expression names one time of day.
 */
export class CronRule extends Rule {
  readonly kind = 'cron'
  readonly expression: string
  readonly fields: CronFields
  /** Duration of an occurrence, ms. */
  readonly graceMs: number
  readonly #readings: CronReadings
  #after: Known | undefined
  #before: Known | undefined

  constructor(expression: string, graceMs?: number) {
    super()
    this.expression = expression.trim().replace(/\s+/g, ' ')
    this.fields = readCron(expression)
    this.graceMs = graceMs ?? this.fields.unitMs
    if (!(this.graceMs >= 1))
      throw new RangeError(`Cannot create a cron period as its grace must be at least 1 ms: ${graceMs} ms.`)
    this.#readings = new CronReadings(this.fields.pattern)
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    const start = this.#startAfter(at, zone)
    return start === null ? null : this.#instance(start, zone)
  }

  previous(at: number, zone: string): Interval | null {
    let start = this.#startBefore(at - Math.min(this.graceMs, this.fields.unitMs) + 1, zone)
    while (start !== null) {
      const instance = this.#instance(start, zone)
      if (instance.end <= at) return instance
      // The previous occurrence ends at the latest when this one starts.
      start = this.#startBefore(start, zone)
    }
    return null
  }

  toString(): string {
    const grace = this.graceMs === this.fields.unitMs ? '' : ` with grace ${printDuration(this.graceMs)}`
    return `cron ${this.expression}${grace}`
  }

  instanceAt(at: number, zone: string): Interval | null {
    const isUnit = this.graceMs === this.fields.unitMs
    const start = isUnit ? this.#startAfter(at - this.graceMs, zone) : this.#startBefore(at + 1, zone)
    if (start === null || start > at) return null
    const found = this.#instance(start, zone)
    return at < found.end ? found : null
  }

  #instance(start: number, zone: string): Interval {
    const end = start + this.graceMs
    if (this.graceMs <= this.fields.unitMs) return interval(start, end)
    return interval(start, Math.min(end, this.#startAfter(start, zone) ?? end))
  }

  /** The first start after an instant, which is also the result for all instants between. */
  #startAfter(at: number, zone: string): number | null {
    const known = this.#after
    if (known?.zone === zone && at >= known.asked && at < known.start) return known.start
    const start = this.#findAfter(at, zone)
    if (start !== null) this.#after = { zone, asked: at, start }
    return start
  }

  /** The last start before an instant, which is also the result for all instants between. */
  #startBefore(before: number, zone: string): number | null {
    const known = this.#before
    if (known?.zone === zone && before <= known.asked && before > known.start) return known.start
    const start = this.#findBefore(before, zone)
    if (start !== null) this.#before = { zone, asked: before, start }
    return start
  }

  #findAfter(at: number, zone: string): number | null {
    if (at >= MAX_INSTANT) return null
    let range = offsetPeriodAt(at, zone)
    let local = at + range.offset
    while (range.from - at < HORIZON_MS) {
      const reading = this.#readings.after(local)
      if (reading === null) return null
      const start = reading - range.offset
      if (start < range.to) {
        if (!this.#isSecond(reading, range, zone)) return start
        local = reading
        continue
      }
      const before = range
      range = offsetPeriodAt(range.to, zone)
      if (this.#fallsInGap(before, range, zone)) return range.from
      local = range.from + range.offset - 1
    }
    return null
  }

  #findBefore(before: number, zone: string): number | null {
    if (before <= -MAX_INSTANT) return null
    let range = offsetPeriodAt(before - 1, zone)
    let local = before + range.offset
    while (before - range.to < HORIZON_MS) {
      const reading = this.#readings.before(local)
      if (reading !== null && reading - range.offset >= range.from) {
        if (!this.#isSecond(reading, range, zone)) return reading - range.offset
        local = reading
        continue
      }
      const after = range
      range = offsetPeriodAt(range.from - 1, zone)
      if (this.#fallsInGap(range, after, zone)) return after.from
      if (reading === null) return null
      local = range.to + range.offset
    }
    return null
  }

  /** True for a time of day that the clock shows a second time after it was set back. */
  #isSecond(reading: number, range: OffsetPeriod, zone: string): boolean {
    return this.fields.once && resolveLocal(reading, zone) < reading - range.offset
  }

  #fallsInGap(before: OffsetPeriod, after: OffsetPeriod, zone: string): boolean {
    if (!this.fields.listed || after.offset <= before.offset) return false
    const end = after.from + after.offset
    let reading = this.#readings.after(before.to + before.offset - 1)
    while (reading !== null && reading < end) {
      const day = indexAt(reading, 'day')
      // Nothing occurs on a day that the zone skips entirely, as in the cycles of the calendar.
      if (!isSkippedDay(day, zone)) return true
      reading = this.#readings.after((day + 1) * DAY - 1)
    }
    return false
  }
}
