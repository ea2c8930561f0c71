/** Builders of periods. */
import { type DurationInput, toDurationMs } from './duration/duration.ts'
import { partScope } from './moment/moment-input.ts'
import { readClock } from './moment/parse-moment.ts'
import { always, never, Period } from './period.ts'
import { CronRule } from './rules/cron.ts'
import { CycleRule } from './rules/cycle.ts'
import { FixedRule } from './rules/fixed-interval.ts'
import { GridRule } from './rules/grid.ts'
import { type RelativeDay, RelativeDayRule } from './rules/relative-day.ts'
import { SpanRule } from './rules/span.ts'
import { type CycleOptions, toWindows } from './rules/window.ts'
import { type CycleUnit, cycleUnits } from './zone/units.ts'
import { type Instant, systemZone, toInstant } from './zone/zone.ts'

/**
 * The period of every instant. The condition of the same kind is `always`.
 *
 * @example
 * ```ts
 * alwaysPeriod.and(cycle('day')) // the same as cycle('day')
 * ```
 */
export const alwaysPeriod: Period = always

/**
 * The period of no instant. The condition of the same kind is `never`.
 *
 * @example
 * ```ts
 * neverPeriod.next('2026-01-01') // null
 * ```
 */
export const neverPeriod: Period = never

/**
 * A part of every second, minute, hour, day, week, month or year; without options the whole unit.
 *
 * @example
 * ```ts
 * cycle('day', { between: ['22:00', '02:00'] }).contains('2026-03-01T23:00', 'Europe/Helsinki') // true
 * cycle('day', { at: ['08:00', '12:00'] }) // two hours of every day, as separate instances
 * ```
 */
export function cycle(unit: CycleUnit, options: CycleOptions = {}): Period {
  if (!cycleUnits.includes(unit)) {
    throw new RangeError(`Cannot make a cycle as its unit must be ${cycleUnits.join(', ')}: ${String(unit)}.`)
  }
  return new Period(new CycleRule(unit, toWindows(unit, options)))
}

/**
 * Range and step of {@link partsOf}; the last part is included.
 *
 * @example
 * ```ts
 * const office: PartLimits = { from: 8, to: 16 }
 * ```
 */
export interface PartLimits {
  readonly from?: number
  readonly to?: number
  readonly step?: number
}

/**
 * The numbers of the unit's parts, or every `step`-th of them, for lists of `at`.
 *
 * @example
 * ```ts
 * cycle('day', { at: partsOf('day', { step: 6 }) }) // the hours from 00:00, 06:00, 12:00 and 18:00
 * ```
 */
export function partsOf(unit: CycleUnit, { from, to, step = 1 }: PartLimits = {}): readonly number[] {
  if (!Number.isInteger(step) || step < 1) {
    throw new RangeError(`Cannot list parts as the step must be a whole number of at least 1: ${step}.`)
  }
  const [low, high] = partScope[unit]
  const found: number[] = []
  for (let part = from ?? low; part <= (to ?? high); part += step) found.push(part)
  return Object.freeze(found)
}

/**
 * The occurrences of a cron expression with five or six fields (seconds first). Each lasts one unit of its finest
 * field, or the given grace period, and ends at the next occurrence at the latest.
 *
 * @example
 * ```ts
 * cronPeriod('0 8 * * MON-FRI').next(Date.UTC(2026, 0, 1), 'UTC') // 2026-01-01, 08:00 to 08:01
 * cronPeriod('0 8 * * *', '2 hours').next(Date.UTC(2026, 0, 1), 'UTC') // 2026-01-01, 08:00 to 10:00
 * ```
 */
export function cronPeriod(expression: string, grace?: DurationInput | (string & {})): Period {
  return new Period(new CronRule(expression, grace === undefined ? undefined : toDurationMs(grace)))
}

/**
 * The instances of a period, each divided into cells of one length, counted from its start. Each cell is a separate
 * instance.
 *
 * @example
 * ```ts
 * grid('10 minutes', cycle('day', { between: ['08:00', '16:00'] })) // 08:00, 08:10, ... 15:50 of every day
 * ```
 */
export function grid(step: DurationInput | (string & {}), within: Period): Period {
  return new Period(new GridRule(toDurationMs(step), within.rule))
}

/**
 * The time up to now: `(now - length, now]`. It moves with the instant that is evaluated.
 *
 * @example
 * ```ts
 * past('2 hours').current(app.session.now()) // from two hours ago to now, now included
 * ```
 */
export function past(length: DurationInput | (string & {})): Period {
  return new Period(new SpanRule('past', 0, positive(length)))
}

/**
 * The time from now on: `[now, now + length)`. It moves with the instant that is evaluated.
 *
 * @example
 * ```ts
 * future('5 minutes').rollForward(app.session.now()) // the coming five minutes
 * ```
 */
export function future(length: DurationInput | (string & {})): Period {
  return new Period(new SpanRule('future', 0, positive(length)))
}

/**
 * Limits of a span: the nearer one (default: now) and the farther one (default: unlimited).
 *
 * @example
 * ```ts
 * const limits: SpanLimits = { near: '10 minutes', far: '1 hour' }
 * ```
 */
export interface SpanLimits {
  readonly near?: DurationInput | (string & {})
  readonly far?: DurationInput | (string & {})
}

/**
 * The time between two distances from now: `span('past', { near: '1 hour', far: '2 hours' })` is
 * `(now - 2 hours, now - 1 hour]`.
 *
 * @example
 * ```ts
 * span('past', { near: '1 hour', far: '2 hours' }).toString() // past between 1 hour and 2 hours
 * ```
 */
export function span(side: 'past' | 'future', limits: SpanLimits = {}): Period {
  const near = limits.near === undefined ? 0 : positive(limits.near)
  return new Period(new SpanRule(side, near, limits.far === undefined ? Infinity : positive(limits.far)))
}

/**
 * The instants from `start` up to `end`, the end excluded. A missing or null limit is unlimited.
 *
 * @example
 * ```ts
 * between('2026-01-01', '2027-01-01', 'Europe/Helsinki').contains('2026-06-01') // true
 * ```
 */
export function between(start?: Instant | null, end?: Instant | null, zone: string = systemZone()): Period {
  const from = start === undefined || start === null ? -Infinity : toInstant(start, zone)
  return new Period(new FixedRule(from, end === undefined || end === null ? Infinity : toInstant(end, zone)))
}

/**
 * Today, yesterday or the day before, relative to the instant that is evaluated; optionally only some hours of it.
 *
 * @example
 * ```ts
 * relativeDay('yesterday').current('2026-03-02T12:00', 'UTC') // all of 1 March
 * ```
 */
export function relativeDay(
  day: RelativeDay,
  hours: { readonly from?: string; readonly to?: string } = {},
): Period {
  const from = hours.from === undefined ? undefined : readClock(hours.from, hours.from, 0)
  return new Period(
    new RelativeDayRule(day, from, hours.to === undefined ? undefined : readClock(hours.to, hours.to, 0)),
  )
}

function positive(length: DurationInput | (string & {})): number {
  const ms = toDurationMs(length)
  if (ms < 0) throw new RangeError(`Cannot make a span as its length must not be negative: ${ms} ms.`)
  return ms
}
