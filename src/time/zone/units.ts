/** Units of cycles, with their lengths and names. */

/** The units of cycles, smallest first. */
export const cycleUnits = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const

/**
 * A unit that repeats: second, minute, hour, day, week, month or year. Weeks begin on Monday.
 *
 * @example
 * ```ts
 * const unit: CycleUnit = 'week'
 * ```
 */
export type CycleUnit = (typeof cycleUnits)[number]

/** Adverbs of statements per unit: `daily` is each day. */
export const unitAdverbs: Readonly<Record<string, CycleUnit>> = {
  secondly: 'second',
  minutely: 'minute',
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
}

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The units of the clock, in milliseconds; the other units are those of the calendar. */
export const fineLength = { second: SECOND, minute: MINUTE, hour: HOUR } as const

export type FineUnit = keyof typeof fineLength
export type CoarseUnit = Exclude<CycleUnit, FineUnit>

export function isFine(unit: CycleUnit): unit is FineUnit {
  return unit in fineLength
}

/**
 * Length of the part that `at` and an integer end span, in milliseconds, if it is fixed: a minute of the hour, an hour
 * of the day.
 */
export const partLength = { second: 1, minute: SECOND, hour: MINUTE, day: HOUR } as const

/** Maximum length of each unit on the local clock, in milliseconds: the axis of its moments. */
export const axisLength: Readonly<Record<CycleUnit, number>> = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 31 * DAY,
  year: 366 * DAY,
}

export const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
export const monthNames = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const

/** Days of the months in a leap year, so that the year's axis has room for all dates. */
export const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
