import { Cron } from 'croner'
import { type CronFields, readCron } from './cron-fields.ts'
import { type Interval, interval } from './interval.ts'
import { resolveLocal, type Stretch, stretchAt } from './offsets.ts'
import { Rule } from './rule.ts'
import { MAX_INSTANT } from './zone.ts'

/** How far an expression is followed before it is taken never to occur: 29 February on a given weekday is 40 years away. */
const HORIZON_MS = 60 * 366 * 86_400_000

/**
 * The occurrences of a cron expression, each as long as one unit of its finest field. croner lists the readings of the
 * local clock; where a zone sets the clock, a reading in a gap occurs at the gap's end if its hour is listed, and one
 * that the clock shows twice occurs twice unless the expression names one time of day.
 */
export class CronRule extends Rule {
  readonly kind = 'cron'
  readonly expression: string
  readonly fields: CronFields
  readonly #readings: Cron

  constructor(expression: string) {
    super()
    this.expression = expression.trim().replace(/\s+/g, ' ')
    this.fields = readCron(expression)
    this.#readings = new Cron(this.fields.pattern, { timezone: 'UTC', paused: true, mode: '6-part' })
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    if (at >= MAX_INSTANT) return null
    let stretch = stretchAt(at, zone)
    let local = at + stretch.offset
    while (stretch.from - at < HORIZON_MS) {
      const reading = this.#readingAfter(local)
      if (reading === null) return null
      const start = reading - stretch.offset
      if (start < stretch.to) {
        if (!this.#isSecond(reading, stretch, zone)) return this.#instance(start)
        local = reading
        continue
      }
      const before = stretch
      stretch = stretchAt(stretch.to, zone)
      if (this.#fallsInGap(before, stretch)) return this.#instance(stretch.from)
      local = stretch.from + stretch.offset - 1
    }
    return null
  }

  previous(at: number, zone: string): Interval | null {
    const before = at - this.fields.unitMs + 1
    if (before <= -MAX_INSTANT) return null
    let stretch = stretchAt(before - 1, zone)
    let local = before + stretch.offset
    while (at - stretch.to < HORIZON_MS) {
      const reading = this.#readingBefore(local)
      if (reading !== null && reading - stretch.offset >= stretch.from) {
        if (!this.#isSecond(reading, stretch, zone)) return this.#instance(reading - stretch.offset)
        local = reading
        continue
      }
      const after = stretch
      stretch = stretchAt(stretch.from - 1, zone)
      if (this.#fallsInGap(stretch, after)) return this.#instance(after.from)
      if (reading === null) return null
      local = stretch.to + stretch.offset
    }
    return null
  }

  toString(): string {
    return `cron ${this.expression}`
  }

  instanceAt(at: number, zone: string): Interval | null {
    const found = this.next(at - this.fields.unitMs, zone)
    return found !== null && found.start <= at ? found : null
  }

  #instance(start: number): Interval {
    return interval(start, start + this.fields.unitMs)
  }

  /** A time of day that the clock shows a second time after it was set back. */
  #isSecond(reading: number, stretch: Stretch, zone: string): boolean {
    return this.fields.once && resolveLocal(reading, zone) < reading - stretch.offset
  }

  #fallsInGap(before: Stretch, after: Stretch): boolean {
    if (!this.fields.listed || after.offset <= before.offset) return false
    const reading = this.#readingAfter(before.to + before.offset - 1)
    return reading !== null && reading < after.from + after.offset
  }

  #readingAfter(local: number): number | null {
    return this.#readings.nextRun(new Date(local))?.getTime() ?? null
  }

  #readingBefore(local: number): number | null {
    return this.#readings.previousRuns(1, new Date(local))[0]?.getTime() ?? null
  }
}
