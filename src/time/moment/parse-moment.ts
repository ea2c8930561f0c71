/** Parses moments. Every parser takes the text and whether it names an end, and throws a `StatementError`. */
import { StatementError } from '../../errors/statement-error.ts'
import { near } from '../../errors/suggest.ts'
import {
  type CycleUnit,
  HOUR,
  longestMonth,
  MINUTE,
  monthNames,
  SECOND,
  weekdayNames,
} from '../zone/units.ts'
import type { Moment } from './moment.ts'

const longWeekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const longMonths = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const nthWords: Readonly<Record<string, number | 'last'>> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  last: 'last',
}

const nthNames = [...Object.keys(nthWords), 'last day']

/** Examples of moments per unit, for errors. */
export const momentExamples: Readonly<Record<CycleUnit, readonly string[]>> = {
  second: ['milliseconds such as `500`'],
  minute: ['seconds such as `30` or `30.5`'],
  hour: ['minutes and seconds such as `45:00`', '`1 quarter` to `4 quarter`'],
  day: ['a time such as `07:00`, `07:00:30` or `7 am`'],
  week: ['a weekday such as `Mon` or `Mon 10:00`'],
  month: ['a day such as `5th`, `5th 10:00`, `last day` or `first Mon`'],
  year: ['a month such as `Dec`, `Dec 24th` or `Dec 24th 10:00`'],
}

/** The name of the moments of each unit, for errors. */
const momentNames: Readonly<Record<CycleUnit, string>> = {
  second: 'milliseconds of a second',
  minute: 'seconds of a minute',
  hour: 'minutes of an hour',
  day: 'a time of day',
  week: 'a day of the week',
  month: 'a day of the month',
  year: 'a day of the year',
}

/** Parses a moment of a unit. */
export function readMoment(text: string, unit: CycleUnit, role: 'start' | 'end'): Moment {
  switch (unit) {
    case 'second':
      return { ms: within(decimal(text, 1, unit), SECOND, text, unit) }
    case 'minute':
      return { ms: within(readSeconds(text), MINUTE, text, unit) }
    case 'hour':
      return { ms: within(readMinutes(text), HOUR, text, unit) }
    case 'day':
      return { ms: readClock(text, text, 0) }
    case 'week':
      return readWeekday(text, role)
    case 'month':
      return readMonthDay(text, role)
    case 'year':
      return readYearDay(text, role)
  }
}

/** The error of a part that has the shape of a moment and is out of range. */
interface Problem {
  readonly words?: readonly string[]
  readonly why?: string
}

function fail(text: string, offset: number, unit: CycleUnit, { words = [], why }: Problem = {}): never {
  const reason = why === undefined ? '' : `: ${why}`
  throw new StatementError(`Cannot read '${text}' as ${momentNames[unit]}${reason}.`, {
    text,
    offset,
    expected: momentExamples[unit],
    near: near(text.slice(offset).split(/[\s\d]/, 1)[0] ?? '', words),
  })
}

function within(ms: number, limit: number, text: string, unit: CycleUnit): number {
  if (ms > limit) fail(text, 0, unit, { why: `a ${unit} has no more than ${limit} ms` })
  return ms
}

function decimal(text: string, scale: number, unit: CycleUnit): number {
  if (!/^\s*\d+([.]\d*)?\s*$/.test(text)) fail(text, 0, unit)
  return floorMs(Number(text) * scale)
}

/** Rounds fractions of a millisecond down; the small addition keeps 0.29 s from becoming 289 ms. */
function floorMs(ms: number): number {
  return Math.floor(ms + 1e-6)
}

function readSeconds(text: string): number {
  // The part after a colon is ignored as in Rocketry: `45:00` of a minute is second 45.
  const match = /^\s*(\d{1,2})(?:[.](\d{0,9})|:00)?\s*$/.exec(text)
  if (match === null) fail(text, 0, 'minute')
  return floorMs(Number(`${match[1]}.${match[2] || 0}`) * SECOND)
}

function readMinutes(text: string): number {
  const quarter = /^\s*([1-4]) ?(?:quarters?|q)\s*$/i.exec(text)
  if (quarter !== null) return Number(quarter[1]) * 15 * MINUTE
  const match = /^\s*(\d{2}):(\d{2})(?:[.](\d{0,9}))?\s*$/.exec(text)
  if (match === null) fail(text, 0, 'hour')
  if (Number(match[2]) > 59) fail(text, 0, 'hour', { why: 'seconds are 00 to 59' })
  return Number(match[1]) * MINUTE + floorMs(Number(`${match[2]}.${match[3] || 0}`) * SECOND)
}

/** Parses a time of day, such as `7`, `7 am`, `07:00` or `07:00:30.5`, to milliseconds since midnight. */
export function readClock(clock: string, text: string, offset: number, unit: CycleUnit = 'day'): number {
  const match = /^\s*(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?:\s*([ap])\.?m\.?)?\s*$/i.exec(
    clock,
  )
  if (match === null) fail(text, offset, unit)
  const half = match[5]?.toLowerCase()
  let hour = Number(match[1])
  if (half !== undefined) {
    if (hour < 1 || hour > 12) fail(text, offset, unit, { why: 'hours with am or pm are 1 to 12' })
    hour = (hour % 12) + (half === 'p' ? 12 : 0)
  }
  const minute = Number(match[2] ?? 0)
  const second = Number(match[3] ?? 0)
  if (hour > 23) fail(text, offset, unit, { why: 'hours are 0 to 23' })
  if (minute > 59 || second > 59) fail(text, offset, unit, { why: 'minutes and seconds are 00 to 59' })
  return hour * HOUR + minute * MINUTE + floorMs(Number(`${second}.${match[4] ?? 0}`) * SECOND)
}

function clockAndRole(
  rest: string,
  text: string,
  unit: CycleUnit,
  role: 'start' | 'end',
): Pick<Moment, 'ms' | 'through'> {
  if (rest.trim() === '') return role === 'end' ? { ms: 0, through: true } : { ms: 0 }
  return { ms: readClock(rest, text, text.length - rest.trimStart().length, unit) }
}

/** Converts a weekday's name (three characters or in full) to 1 to 7, other words to undefined. */
export function weekdayOf(word: string): number | undefined {
  return indexOfName(word, weekdayNames, longWeekdays)
}

/** Converts a month's name (three characters or in full) to 1 to 12, other words to undefined. */
export function monthOf(word: string): number | undefined {
  return indexOfName(word, monthNames, longMonths)
}

function indexOfName(word: string, short: readonly string[], long: readonly string[]): number | undefined {
  const lower = word.toLowerCase()
  const index = short.findIndex((name, i) => name.toLowerCase() === lower || long[i] === lower)
  return index < 0 ? undefined : index + 1
}

function readWeekday(text: string, role: 'start' | 'end'): Moment {
  const match = /^\s*([a-z]+)(?:\s+(.*))?\s*$/i.exec(text)
  const weekday = match === null ? undefined : weekdayOf(match[1]!)
  if (weekday === undefined) fail(text, 0, 'week', { words: [...weekdayNames, ...longWeekdays] })
  return { weekday, ...clockAndRole(match![2] ?? '', text, 'week', role) }
}

function readMonthDay(text: string, role: 'start' | 'end'): Moment {
  const { day, rest } = splitDay(text, text, 0, 'month')
  return { ...day, ...clockAndRole(rest, text, 'month', role) }
}

function splitDay(
  part: string,
  text: string,
  offset: number,
  unit: CycleUnit,
): { day: Partial<Moment>; rest: string } {
  const number = /^\s*(\d{1,2})(?:st|nd|rd|th|[.])?(?:\s+(.*))?$/i.exec(part)
  if (number !== null && !/^(mon|tue|wed|thu|fri|sat|sun)/i.test(number[2] ?? '')) {
    const day = Number(number[1])
    if (day < 1 || day > 31) fail(text, offset, unit, { why: 'days of a month are 1 to 31' })
    return { day: { day }, rest: number[2] ?? '' }
  }
  const words = /^\s*(?:([1-5])(?:st|nd|rd|th|[.])|([a-z]+))\s+([a-z]+)(?:\s+(.*))?$/i.exec(part)
  if (words === null) fail(text, offset, unit, { words: nthNames })
  const nth = words[1] === undefined ? nthWords[words[2]!.toLowerCase()] : Number(words[1])
  const rest = words[4] ?? ''
  if (nth === 'last' && words[3]!.toLowerCase() === 'day') return { day: { day: 'last' }, rest }
  const weekday = weekdayOf(words[3]!)
  if (nth === undefined || weekday === undefined) fail(text, offset, unit, { words: nthNames })
  return { day: { nth, weekday }, rest }
}

function readYearDay(text: string, role: 'start' | 'end'): Moment {
  const match = /^\s*([a-z]+)[.]?(?:\s+(.*))?$/i.exec(text)
  const month = match === null ? undefined : monthOf(match[1]!)
  if (month === undefined) fail(text, 0, 'year', { words: [...monthNames, ...longMonths] })
  const after = (match![2] ?? '').trim()
  if (after === '') return role === 'end' ? { month, ms: 0, through: true } : { month, ms: 0 }
  const offset = text.length - match![2]!.trimStart().length
  const { day, rest } = splitDay(after, text, offset, 'year')
  if (typeof day.day === 'number' && day.day > longestMonth[month - 1]!)
    fail(text, offset, 'year', { why: `${monthNames[month - 1]} has ${longestMonth[month - 1]} days` })
  // The end of a day of the year is excluded, as in Rocketry: `before Dec 24th` ends when that day begins.
  return { month, ...day, ms: rest === '' ? 0 : readClock(rest, text, text.length - rest.length, 'year') }
}
