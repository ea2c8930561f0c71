import { Temporal } from 'temporal-polyfill'
import { cycle, type Period } from '../../../src/time/index.ts'
import type { CalendarUnit, Change, WallRule, ZoneModel } from './zone-model.ts'

/** Calendar periods of the zone suite, each in two forms: with our builder and as a rule of the model. */

const MINUTE = 60_000

/** A period and its rule in the model, with the units to list on both sides. */
export interface CalendarPeriod {
  readonly period: Period
  readonly rule: WallRule
  readonly units: number
}

/** Periods of day, week, month and year with moments before, in and after the gap or fold. */
export function calendarPeriods(change: Change, model: ZoneModel): readonly CalendarPeriod[] {
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

/** The reading of a clock with this offset. */
export function wallOf(at: number, offsetMinutes: number): Temporal.PlainDateTime {
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
    needingDay(
      calendar(cycle('week', { at: `${weekdays[insideDay - 1]} ${clock(inside)}` }), 'week', (week) => {
        const start = week
          .add({ days: insideDay - 1 })
          .toPlainDate()
          .toPlainDateTime(time)
        return { start, end: start.add({ days: 1 }) }
      }),
    ),
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

function needingDay({ rule, ...rest }: CalendarPeriod): CalendarPeriod {
  return { ...rest, rule: { ...rule, needsDay: true } }
}

function tiling(period: Period, unit: CalendarUnit, begin: (unit: Wall) => Wall): CalendarPeriod {
  const window = (start: Wall) => ({ start: begin(start), end: begin(start.add({ [`${unit}s`]: 1 })) })
  return { period, rule: { unit, tiles: true, window }, units: 4 }
}
