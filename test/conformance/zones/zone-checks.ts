import { cronPeriod, cycle, type Interval, type Period, past } from '../../../src/time/index.ts'
import {
  type Change,
  ClockModel,
  currentOf,
  nextOf,
  previousOf,
  type Stretch,
  type ZoneModel,
} from './zone-model.ts'
import { calendarPeriods, wallOf } from './zone-periods.ts'

/** Checks around one change of a zone's offset: our periods compared with the model's. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Difference {
  readonly zone: string
  readonly at: string
  readonly period: string
  readonly question: string
  readonly want: string
  readonly got: string
}

export interface Tally {
  checks: number
  readonly differences: Difference[]
}

/** Compares everything around a change and adds to the tally. */
export function checkChange(change: Change, model: ZoneModel, tally: Tally): void {
  const probes = probesOf(change)
  for (const { period, rule, units } of calendarPeriods(change, model)) {
    const stretches = model.around(rule, change.at, units)
    for (const at of probes) compare(period, stretches, at, change.zone, tally)
  }
  checkHours(change, probes, tally)
  checkCron(change, tally)
  checkEvery(change, probes, tally)
}

/** Instants before, in and after the gap or fold, and on its edges. */
function probesOf({ at, before, after }: Change): readonly number[] {
  const shift = Math.abs(after - before) * MINUTE
  const around = [DAY, 90 * MINUTE, shift, shift / 2, 1, 0, -1, -shift / 2, -shift, -90 * MINUTE, -DAY]
  return [...new Set(around.map((away) => Math.floor(at - away)))]
}

function compare(
  period: Period,
  stretches: readonly Stretch[],
  at: number,
  zone: string,
  tally: Tally,
): void {
  check(tally, zone, at, period, 'current', currentOf(stretches, at), period.current(at, zone))
  check(tally, zone, at, period, 'next', nextOf(stretches, at), period.next(at, zone))
  check(tally, zone, at, period, 'previous', previousOf(stretches, at), period.previous(at, zone))
}

function check(
  tally: Tally,
  zone: string,
  at: number,
  period: Period | string,
  question: string,
  want: Stretch | null,
  got: Interval | null,
): void {
  tally.checks++
  if (want?.start === got?.start && want?.end === got?.end) return
  tally.differences.push({
    zone,
    at: iso(at),
    period: String(period),
    question,
    want: words(want),
    got: words(got),
  })
}

function words(stretch: Stretch | null): string {
  return stretch === null ? 'none' : `${iso(stretch.start)} to ${iso(stretch.end)}`
}

function iso(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : String(at)
}

function checkHours(change: Change, probes: readonly number[], tally: Tally): void {
  const clockModel = new ClockModel(change)
  const near = probes.filter((at) => Math.abs(at - change.at) <= 6 * HOUR)
  const hours = clockModel.hours(change.at - 16 * HOUR, change.at + 16 * HOUR)
  const windows: readonly (readonly [Period, readonly Stretch[]])[] = [
    [cycle('hour'), hours],
    [cycle('hour', { between: ['15:00', '45:00'] }), clockModel.hourWindows(hours, 15, 45)],
    [cycle('hour', { at: 10 }), clockModel.hourWindows(hours, 10, 11)],
    [cycle('hour', { after: '40:00' }), clockModel.hourWindows(hours, 40, 60)],
  ]
  for (const [period, stretches] of windows)
    for (const at of near) compare(period, stretches, at, change.zone, tally)
}

interface CronCase {
  readonly expression: string
  readonly once: boolean
  readonly listed: boolean
  matches(minuteOfDay: number): boolean
}

function cronCases(change: Change): readonly CronCase[] {
  const shift = change.after - change.before
  const inside = wallOf(change.at, change.before).add({
    minutes: Math.floor(Math.abs(shift) / 2) * Math.sign(shift),
  })
  const { hour, minute } = inside
  const time = hour * 60 + minute
  const once = { once: true, listed: true }
  return [
    { expression: '*/30 * * * *', once: false, listed: false, matches: (at) => at % 30 === 0 },
    {
      expression: '15,45 * * * *',
      once: false,
      listed: false,
      matches: (at) => at % 60 === 15 || at % 60 === 45,
    },
    { expression: '0 */2 * * *', once: false, listed: false, matches: (at) => at % 120 === 0 },
    { expression: '30 2 * * *', ...once, matches: (at) => at === 150 },
    { expression: '0 0 * * *', ...once, matches: (at) => at === 0 },
    { expression: `${minute} ${hour} * * *`, ...once, matches: (at) => at === time },
    {
      expression: `${minute},59 ${hour} * * *`,
      once: false,
      listed: true,
      matches: (at) => Math.floor(at / 60) === hour && (at % 60 === minute || at % 60 === 59),
    },
    {
      expression: '10 1-3 * * *',
      once: false,
      listed: true,
      matches: (at) => at % 60 === 10 && at >= 60 && at < 240,
    },
  ]
}

function checkCron(change: Change, tally: Tally): void {
  const clockModel = new ClockModel(change)
  const from = change.at - 36 * HOUR
  const to = change.at + 36 * HOUR
  for (const { expression, once, listed, matches } of cronCases(change)) {
    const want = clockModel.cron(from, to, matches, once, listed)
    const period = cronPeriod(expression)
    const forward = [...period.between(from, to, change.zone)]
      .map(({ start }) => start)
      .filter((at) => at >= from)
    const backward: number[] = []
    for (let at = to; ; ) {
      const before = period.previous(at, change.zone)
      if (before === null || before.start < from) break
      backward.unshift(before.start)
      at = before.start
    }
    sameList(tally, change, period, 'between', want, forward)
    sameList(
      tally,
      change,
      period,
      'backwards',
      want.filter((at) => at + MINUTE <= to),
      backward,
    )
  }
}

function sameList(
  tally: Tally,
  change: Change,
  period: Period,
  question: string,
  want: readonly number[],
  got: readonly number[],
): void {
  tally.checks += want.length
  if (want.length === got.length && want.every((at, i) => at === got[i])) return
  const missing = want.filter((at) => !got.includes(at)).map(iso)
  const added = got.filter((at) => !want.includes(at)).map(iso)
  tally.differences.push({
    zone: change.zone,
    at: iso(change.at),
    period: String(period),
    question,
    want: `also ${missing.join(' ')}`,
    got: `also ${added.join(' ')}`,
  })
}

/** Durations are elapsed time, regardless of clock changes. */
function checkEvery(change: Change, probes: readonly number[], tally: Tally): void {
  for (const minutes of [30, 60, 1440]) {
    const period = past({ minutes })
    for (const at of probes) {
      const want = { start: at - minutes * MINUTE + 1, end: at + 1 }
      check(tally, change.zone, at, period, 'current', want, period.current(at, change.zone))
    }
  }
}
