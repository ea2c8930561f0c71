/** Moments as users write them, converted to {@link Moment}. */
import { showValue } from '../../errors/show-value.ts'
import { axisLength, type CycleUnit, HOUR, longestMonth, MINUTE, partLength, SECOND } from '../zone/units.ts'
import type { Moment } from './moment.ts'
import { monthOf, readMoment, weekdayOf } from './parse-moment.ts'

/**
 * Moment as components. Missing components are zero. `weekday` and `month` may be names.
 *
 * @example
 * ```ts
 * const moment: MomentParts = { weekday: 'Mon', hour: 10 }
 * ```
 */
export interface MomentParts {
  readonly month?: number | string
  readonly day?: number | 'last'
  readonly nth?: number | 'last'
  readonly weekday?: number | string
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  readonly millisecond?: number
}

/**
 * A place in a cycle as users write it: text (`'07:00'`, `'Mon 10:00'`, `'1st'`, `'last Fri'`, `'Dec 24th'`), the
 * number of a part (hour of the day, day of the week from 1 = Monday, …), or components.
 *
 * @example
 * ```ts
 * const moments: MomentInput[] = ['last Fri', 5, { day: 'last', hour: 18 }]
 * ```
 */
export type MomentInput = string | number | MomentParts

/** First and last number of each unit's parts: hours of the day, days of the week from 1 = Monday. */
export const partScope: Readonly<Record<CycleUnit, readonly [number, number]>> = {
  second: [0, 999],
  minute: [0, 59],
  hour: [0, 59],
  day: [0, 23],
  week: [1, 7],
  month: [1, 31],
  year: [1, 12],
}

/**
 * Converts an input to a moment. As an end, a number, a weekday, a month and a day of the month include the part they
 * name; times and days of the year do not.
 *
 * Throws a `TypeError` for other types, a `RangeError` for a number out of range, and a `StatementError` for invalid
 * text.
 */
export function toMoment(value: MomentInput, unit: CycleUnit, role: 'start' | 'end'): Moment {
  if (typeof value === 'string') return Object.freeze(readMoment(value, unit, role))
  if (typeof value === 'number') return Object.freeze(fromNumber(value, unit, role))
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.freeze(fromParts(value, unit, role))
  throw new TypeError(`Cannot use a moment as it must be text, a number or components: ${showValue(value)}.`)
}

function fromNumber(value: number, unit: CycleUnit, role: 'start' | 'end'): Moment {
  const [low, high] = partScope[unit]
  const fraction = unit === 'second' || unit === 'minute'
  // Parts of a second and a minute may be fractions up to the next part, and 1000 may name the end of a second.
  const fits = fraction
    ? value < high + 1 || (unit === 'second' && value === 1000)
    : Number.isInteger(value) && value <= high
  if (!(value >= low && fits)) {
    const kind = fraction ? 'a number' : 'a whole number'
    throw new RangeError(
      `Cannot use a moment of the ${unit} as it must be ${kind} from ${low} to ${high}: ${value}.`,
    )
  }
  const through = role === 'end' ? { through: true as const } : {}
  if (unit === 'week') return { weekday: value, ms: 0, ...through }
  if (unit === 'month') return { day: value, ms: 0, ...through }
  if (unit === 'year') return { month: value, ms: 0, ...through }
  const part = partLength[unit]
  const inclusive = role === 'end' && Number.isInteger(value) ? part : 0
  return { ms: Math.min(Math.floor(value * part + 1e-6) + inclusive, axisLength[unit]) }
}

const partNames: Readonly<Record<CycleUnit, readonly string[]>> = {
  second: ['millisecond'],
  minute: ['second', 'millisecond'],
  hour: ['minute', 'second', 'millisecond'],
  day: ['hour', 'minute', 'second', 'millisecond'],
  week: ['weekday', 'hour', 'minute', 'second', 'millisecond'],
  month: ['day', 'nth', 'weekday', 'hour', 'minute', 'second', 'millisecond'],
  year: ['month', 'day', 'nth', 'weekday', 'hour', 'minute', 'second', 'millisecond'],
}

function fromParts(parts: MomentParts, unit: CycleUnit, role: 'start' | 'end'): Moment {
  for (const key of Object.keys(parts)) {
    if (!partNames[unit].includes(key)) {
      throw new TypeError(
        `Cannot use a moment of the ${unit} as its parts are ${partNames[unit].join(', ')}: ${key}.`,
      )
    }
  }
  const { hour, minute, second, millisecond } = parts
  const ms =
    whole('hour', hour, 0, 23) * HOUR +
    whole('minute', minute, 0, 59) * MINUTE +
    whole('second', second, 0, 59) * SECOND +
    whole('millisecond', millisecond, 0, 999)
  const timed = [hour, minute, second, millisecond].some((part) => part !== undefined)
  const place = placeOf(parts, unit)
  const through =
    role === 'end' &&
    !timed &&
    (unit === 'week' ||
      unit === 'month' ||
      (unit === 'year' && parts.day === undefined && parts.nth === undefined))
  return { ...place, ms, ...(through ? { through: true as const } : {}) }
}

function placeOf(parts: MomentParts, unit: CycleUnit): Omit<Moment, 'ms'> {
  if (unit === 'week') return { weekday: named('weekday', parts.weekday, weekdayOf, 7) }
  if (unit !== 'month' && unit !== 'year') return {}
  const month = unit === 'year' ? { month: named('month', parts.month, monthOf, 12) } : {}
  if (parts.nth !== undefined) {
    const nth = parts.nth === 'last' ? parts.nth : whole('nth', parts.nth, 1, 5)
    return { ...month, nth, weekday: named('weekday', parts.weekday, weekdayOf, 7) }
  }
  if (parts.day === undefined && unit === 'year') return month
  if (parts.day === 'last') return { ...month, day: 'last' }
  const longest = month.month === undefined ? 31 : longestMonth[month.month - 1]!
  return { ...month, day: whole('day', parts.day ?? Number.NaN, 1, longest) }
}

function whole(name: string, value: number | undefined, low: number, high: number): number {
  if (value === undefined) return 0
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `Cannot use a moment as its ${name} must be a whole number from ${low} to ${high}: ${value}.`,
    )
  }
  return value
}

function named(
  name: string,
  value: number | string | undefined,
  read: (word: string) => number | undefined,
  high: number,
): number {
  const index = typeof value === 'string' ? read(value) : value
  if (index === undefined) {
    throw new RangeError(
      `Cannot use a moment as its ${name} must be a number from 1 to ${high} or a name: ${value}.`,
    )
  }
  return whole(name, index, 1, high)
}
