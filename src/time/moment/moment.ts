/** Moments: places in a cycle, as data. */
import { type CycleUnit, DAY, longestMonth, monthNames, weekdayNames } from '../zone/units.ts'

/**
 * A place in a cycle. `ms` is the time of day for calendar units, and the offset within the unit for hour, minute and
 * second. The unit determines the other fields: `weekday` (1 = Monday) of a week; `day`, or `nth` with `weekday`, of a
 * month; `month` and optionally `day` of a year.
 */
export interface Moment {
  readonly month?: number
  readonly day?: number | 'last'
  readonly nth?: number | 'last'
  readonly weekday?: number
  readonly ms: number
  /** Set on an end that includes the day or month it names: the end of that day or month. */
  readonly through?: true
}

/**
 * Position of a moment on the axis of its unit, in milliseconds; moments that the calendar moves have their usual
 * position. Used to order two moments of one unit.
 */
export function axisOf(moment: Moment, unit: CycleUnit): number {
  const days = axisDays(moment, unit)
  return days * DAY + moment.ms + (moment.through ? throughLength(moment, unit) : 0)
}

function axisDays(moment: Moment, unit: CycleUnit): number {
  if (unit === 'week') return moment.weekday! - 1
  if (unit === 'month') return monthDays(moment)
  if (unit === 'year')
    return (
      longestMonth.slice(0, moment.month! - 1).reduce<number>((a, b) => a + b, 0) + dayOfYearMonth(moment)
    )
  return 0
}

function monthDays(moment: Moment): number {
  if (moment.nth === 'last') return 24 + (moment.weekday! - 1) / 7
  if (moment.nth !== undefined) return (moment.nth - 1) * 7 + (moment.weekday! - 1)
  return moment.day === 'last' ? 30 : (moment.day as number) - 1
}

function dayOfYearMonth(moment: Moment): number {
  if (moment.day === undefined) return 0
  return moment.day === 'last' ? longestMonth[moment.month! - 1]! - 1 : moment.day - 1
}

function throughLength(moment: Moment, unit: CycleUnit): number {
  return unit === 'year' && moment.day === undefined ? longestMonth[moment.month! - 1]! * DAY : DAY
}

/** Prints a moment as statements write it: `07:00`, `45:00`, `Mon 10:00`, `1st`, `last Fri`, `Dec 24th`. */
export function printMoment(moment: Moment, unit: CycleUnit, role: 'start' | 'end'): string {
  switch (unit) {
    case 'second':
      return String(moment.ms)
    case 'minute':
      return printSeconds(moment.ms)
    case 'hour':
      return `${two(Math.floor(moment.ms / 60_000))}:${printSeconds(moment.ms % 60_000)}`
    case 'day':
      return printClock(moment.ms)
    case 'week':
      return withClock(weekdayNames[moment.weekday! - 1]!, moment, role)
    case 'month':
      return withClock(printMonthDay(moment), moment, role)
    case 'year': {
      const month = monthNames[moment.month! - 1]!
      if (moment.day === undefined)
        return moment.ms === 0 && (role === 'start' || moment.through)
          ? month
          : withClock(`${month} 1st`, moment, 'start')
      return withClock(`${month} ${printMonthDay(moment)}`, moment, 'start')
    }
  }
}

function withClock(word: string, moment: Moment, role: 'start' | 'end'): string {
  // An end without a time includes its day, so an excluded end at midnight needs its time.
  if (moment.ms === 0 && (role === 'start' || moment.through)) return word
  return `${word} ${printClock(moment.ms)}`
}

function printMonthDay(moment: Moment): string {
  if (moment.nth !== undefined) return `${nthWord(moment.nth)} ${weekdayNames[moment.weekday! - 1]}`
  return moment.day === 'last' ? 'last day' : ordinal(moment.day as number)
}

function nthWord(nth: number | 'last'): string {
  return nth === 'last' ? 'last' : nth === 1 ? 'first' : ordinal(nth)
}

/** The ordinal of a number: `1st`, `2nd`, `3rd`, `4th`, … */
export function ordinal(day: number): string {
  const teen = day % 100 >= 11 && day % 100 <= 13
  return `${day}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')}`
}

/** A time of day as `HH:MM`, with seconds and milliseconds if they are not zero. */
export function printClock(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const rest = ms % 60_000
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return rest === 0 ? clock : `${clock}:${printSeconds(rest)}`
}

function printSeconds(ms: number): string {
  const rest = ms % 1000
  const seconds = two(Math.floor(ms / 1000))
  return rest === 0 ? seconds : `${seconds}.${String(rest).padStart(3, '0')}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
