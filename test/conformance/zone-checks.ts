import { Temporal } from 'temporal-polyfill'
import { cronPeriod, cycle, type Interval, type Period, past } from '../../src/time/index.ts'
import {
  type CalendarUnit,
  type Change,
  ClockModel,
  currentOf,
  nextOf,
  previousOf,
  type Stretch,
  type WallRule,
  type ZoneModel,
} from './zone-model.ts'

/** The checks made around one change of a zone's offset: our periods beside the model's. */

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

interface CalendarPeriod {
  readonly period: Period
  readonly rule: WallRule
  readonly units: number
}

function calendarPeriods(change: Change, model: ZoneModel): readonly CalendarPeriod[] {
  const gapStart = wallOf(change.at, change.before)
  const shift = Math.abs(change.after - change.before)
  const inside = gapStart.add({ minutes: Math.floor(shift / 2) * Math.sign(change.after - change.before) })
  const late = inside.add({ minutes: Math.max(1, Math.floor(shift / 4)) })
  const before = gapStart.subtract({ minutes: 20 })
  const beyond = gapStart.add({ minutes: Math.max(0, change.after - change.before) + 20 })
  const local = model.wallAt(change.at - 1)
  return [
    ...dayPeriods(inside, late, before, beyond),
    ...weekPeriods(local, inside),
    ...monthPeriods(local),
    ...yearPeriods(local),
  ]
}

function wallOf(at: number, offsetMinutes: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at + offsetMinutes * MINUTE)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
}

type Wall = Temporal.PlainDateTime

function clock(wall: Wall): string {
  return wall.toPlainTime().toString({ smallestUnit: 'minute' })
}

function dayPeriods(inside: Wall, late: Wall, before: Wall, beyond: Wall): readonly CalendarPeriod[] {
  const at = (wall: Wall) => {
    const time = wall.toPlainTime()
    return calendar(cycle('day', { at: clock(wall) }), 'day', (day) => {
      const start = day.toPlainDate().toPlainDateTime(time)
      return { start, end: start.add({ hours: 1 }) }
    })
  }
  const between = (from: Wall, to: Wall) => {
    const wraps = Temporal.PlainTime.compare(to.toPlainTime(), from.toPlainTime()) <= 0
    return calendar(cycle('day', { between: [clock(from), clock(to)] }), 'day', (day) => ({
      start: day.toPlainDate().toPlainDateTime(from.toPlainTime()),
      end: day
        .toPlainDate()
        .add({ days: wraps ? 1 : 0 })
        .toPlainDateTime(to.toPlainTime()),
    }))
  }
  const starting = (wall: Wall) =>
    tiling(cycle('day', { starting: clock(wall) }), 'day', (day) =>
      day.toPlainDate().toPlainDateTime(wall.toPlainTime()),
    )
  const after = (wall: Wall) =>
    calendar(cycle('day', { after: clock(wall) }), 'day', (day) => ({
      start: day.toPlainDate().toPlainDateTime(wall.toPlainTime()),
      end: day.add({ days: 1 }),
    }))
  const time = (text: string) => Temporal.PlainDateTime.from(`2000-01-01T${text}`)
  return [
    tiling(cycle('day'), 'day', (day) => day),
    at(inside),
    at(before),
    at(time('02:30')),
    at(time('23:30')),
    between(inside, late),
    between(before, inside),
    between(inside, beyond),
    between(before, beyond),
    between(time('22:00'), time('02:00')),
    starting(inside),
    starting(time('02:30')),
    after(time('07:00')),
    ...(clock(inside) === '00:00' ? [] : [after(inside)]),
  ]
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function weekPeriods(local: Wall, inside: Wall): readonly CalendarPeriod[] {
  const day = local.dayOfWeek
  const name = weekdays[day - 1]!
  const insideDay = inside.dayOfWeek
  const time = inside.toPlainTime()
  return [
    tiling(cycle('week'), 'week', (week) => week),
    tiling(cycle('week', { starting: name }), 'week', (week) => week.add({ days: day - 1 })),
    calendar(cycle('week', { on: name }), 'week', (week) => ({
      start: week.add({ days: day - 1 }),
      end: week.add({ days: day }),
    })),
    calendar(cycle('week', { at: `${weekdays[insideDay - 1]} ${clock(inside)}` }), 'week', (week) => {
      const start = week
        .add({ days: insideDay - 1 })
        .toPlainDate()
        .toPlainDateTime(time)
      return { start, end: start.add({ days: 1 }) }
    }),
    calendar(cycle('week', { between: ['Fri', 'Mon'] }), 'week', (week) => ({
      start: week.add({ days: 4 }),
      end: week.add({ days: 8 }),
    })),
  ]
}

function monthPeriods(local: Wall): readonly CalendarPeriod[] {
  const { day } = local
  const dayIn = (month: Wall, wanted: number) => month.add({ days: Math.min(wanted, month.daysInMonth) - 1 })
  const on = (wanted: number) =>
    calendar(cycle('month', { on: wanted }), 'month', (month) =>
      wanted > month.daysInMonth
        ? null
        : { start: month.add({ days: wanted - 1 }), end: month.add({ days: wanted }) },
    )
  const lastWeekday = (month: Wall, weekday: number) => {
    const last = month.add({ months: 1 }).subtract({ days: 1 })
    return last.subtract({ days: (last.dayOfWeek - weekday + 7) % 7 })
  }
  return [
    tiling(cycle('month'), 'month', (month) => month),
    on(day),
    on(31),
    tiling(cycle('month', { starting: `${day}.` }), 'month', (month) => dayIn(month, day)),
    tiling(cycle('month', { starting: 31 }), 'month', (month) => dayIn(month, 31)),
    calendar(cycle('month', { between: ['29th', '30th'] }), 'month', (month) =>
      month.daysInMonth < 29
        ? null
        : { start: month.add({ days: 28 }), end: month.add({ days: Math.min(30, month.daysInMonth) }) },
    ),
    calendar(cycle('month', { on: 'last day' }), 'month', (month) => ({
      start: dayIn(month, 31),
      end: month.add({ months: 1 }),
    })),
    calendar(cycle('month', { on: 'last Sun' }), 'month', (month) => ({
      start: lastWeekday(month, 7),
      end: lastWeekday(month, 7).add({ days: 1 }),
    })),
  ]
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function yearPeriods(local: Wall): readonly CalendarPeriod[] {
  const { month } = local
  return [
    tiling(cycle('year'), 'year', (year) => year),
    calendar(cycle('year', { on: months[month - 1]! }), 'year', (year) => ({
      start: year.add({ months: month - 1 }),
      end: year.add({ months: month }),
    })),
    tiling(cycle('year', { starting: months[month - 1]! }), 'year', (year) =>
      year.add({ months: month - 1 }),
    ),
    calendar(
      cycle('year', { on: 'Feb 29th' }),
      'year',
      (year) =>
        year.inLeapYear
          ? { start: year.with({ month: 2, day: 29 }), end: year.with({ month: 3, day: 1 }) }
          : null,
      9,
    ),
  ]
}

function calendar(period: Period, unit: CalendarUnit, window: WallRule['window'], units = 4): CalendarPeriod {
  return { period, rule: { unit, tiles: false, window }, units }
}

function tiling(period: Period, unit: CalendarUnit, begin: (unit: Wall) => Wall): CalendarPeriod {
  const window = (start: Wall) => ({ start: begin(start), end: begin(start.add({ [`${unit}s`]: 1 })) })
  return { period, rule: { unit, tiles: true, window }, units: 4 }
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

/** Durations are elapsed time, whatever the clock does. */
function checkEvery(change: Change, probes: readonly number[], tally: Tally): void {
  for (const minutes of [30, 60, 1440]) {
    const period = past({ minutes })
    for (const at of probes) {
      const want = { start: at - minutes * MINUTE + 1, end: at + 1 }
      check(tally, change.zone, at, period, 'current', want, period.current(at, change.zone))
    }
  }
}
