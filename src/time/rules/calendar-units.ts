/** Windows of the day, week, month and year: numbered calendar units, with arithmetic on the local clock. */
import type { Moment } from '../moment/moment.ts'
import { type Interval, interval } from '../zone/interval.ts'
import { type CoarseUnit, DAY, HOUR } from '../zone/units.ts'
import { localAt, resolveLocal } from '../zone/utc-offsets.ts'
import type { Window } from './window.ts'

/** The number of the unit that contains a local reading. Days count from 1970-01-01, weeks from the Monday before. */
export function indexAt(local: number, unit: CoarseUnit): number {
  if (unit === 'day') return Math.floor(local / DAY)
  if (unit === 'week') return Math.floor((Math.floor(local / DAY) + 3) / 7)
  const date = new Date(local)
  return unit === 'month' ? date.getUTCFullYear() * 12 + date.getUTCMonth() : date.getUTCFullYear()
}

/** The local reading at which a unit begins. */
export function beginOf(index: number, unit: CoarseUnit): number {
  if (unit === 'day') return index * DAY
  if (unit === 'week') return (index * 7 - 3) * DAY
  return unit === 'month' ? beginOfMonth(index) : beginOfMonth(index * 12)
}

function beginOfMonth(index: number): number {
  const year = Math.floor(index / 12)
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; 400 Gregorian years are 146,097 days.
  if (year >= 100) return Date.UTC(year, index - year * 12, 1)
  return Date.UTC((year % 400) + 800, index - year * 12, 1) - (2 - Math.trunc(year / 400)) * 146_097 * DAY
}

/** True for a local day that the zone skips: 30 December 2011 in Apia. Days count as in {@link indexAt}. */
export function isSkippedDay(day: number, zone: string): boolean {
  const begin = day * DAY
  // Most days begin at a reading that occurs, which is sufficient.
  const start = resolveLocal(begin, zone)
  return localAt(start, zone) !== begin && start === resolveLocal(begin + DAY, zone)
}

/** The unit after or before a unit, without days that the zone skips. */
export function nextUnit(index: number, unit: CoarseUnit, zone: string, step: 1 | -1 = 1): number {
  let next = index + step
  if (unit === 'day') while (isSkippedDay(next, zone)) next += step
  return next
}

/**
 * The instants of a window in one unit; null if the calendar or the zone lacks it: the 31st of April, a day that the
 * zone skips.
 */
export function coarseWindow(window: Window, index: number, unit: CoarseUnit, zone: string): Interval | null {
  if (unit === 'day' && isSkippedDay(index, zone)) return null
  if (window.shape === 'full' || window.shape === 'starting') {
    const start = resolveLocal(tileBegin(window, index, unit), zone)
    const end = resolveLocal(endOf(tileBegin(window, index + 1, unit), unit, zone), zone)
    return start < end ? interval(start, end) : null
  }
  const from = window.start === undefined ? beginOf(index, unit) : localOf(window.start, index, unit)
  if (window.shape === 'at') {
    if (lacksDay(window.start!, index, unit)) return null
    if (unit !== 'day' && namesDay(window.start!) && isSkippedDay(indexAt(from, 'day'), zone)) return null
  }
  const to = endOf(windowEnd(window, from, index, unit), unit, zone)
  if (from >= to) return null
  const start = resolveLocal(from, zone)
  const end = resolveLocal(to, zone) + (window.closed ? 1 : 0)
  if (start < end) return interval(start, end)
  // A gap contains the whole window. If the day exists, the window lasts one part from the gap's end, so that its run
  // is not lost; if the zone skips the day, the window does not occur, as the 31st does not occur in April.
  if (isSkippedDay(indexAt(from, 'day'), zone)) return null
  return interval(start, resolveLocal(plusPart(localAt(start, zone), unit), zone))
}

/** The reading at which a part of a day ends: if the zone skips the 30th, the day after the 29th is the 31st. */
function endOf(local: number, unit: CoarseUnit, zone: string): number {
  if (unit !== 'day') return local
  const day = indexAt(local, 'day')
  return isSkippedDay(day, zone) ? local + (nextUnit(day, 'day', zone) - day) * DAY : local
}

function windowEnd(window: Window, from: number, index: number, unit: CoarseUnit): number {
  if (window.shape === 'at') return atEnd(window.start!, from, index, unit)
  if (window.end === undefined) return beginOf(index + 1, unit)
  return localOf(window.end, window.wraps ? index + 1 : index, unit)
}

function atEnd(start: Moment, from: number, index: number, unit: CoarseUnit): number {
  if (unit === 'day') return from + HOUR
  if (unit !== 'year' || start.day !== undefined || start.nth !== undefined) return from + DAY
  return beginOfMonth(index * 12 + start.month!)
}

function plusPart(local: number, unit: CoarseUnit): number {
  if (unit === 'day') return local + HOUR
  if (unit !== 'year') return local + DAY
  const month = indexAt(local, 'month')
  const next = beginOfMonth(month + 1)
  return Math.min(next + (local - beginOfMonth(month)), beginOfMonth(month + 2))
}

/** The start of a tile: its moment, or the month's last day if the month lacks the day. */
function tileBegin(window: Window, index: number, unit: CoarseUnit): number {
  const { start } = window
  if (start === undefined) return beginOf(index, unit)
  const month = unit === 'month' ? index : unit === 'year' ? index * 12 + start.month! - 1 : undefined
  if (month === undefined || typeof start.day !== 'number') return localOf(start, index, unit)
  const last = daysOf(month)
  return beginOfMonth(month) + (Math.min(start.day, last) - 1) * DAY + start.ms
}

/** The local reading of a moment. A day that the month lacks becomes the month's end. */
function localOf(moment: Moment, index: number, unit: CoarseUnit): number {
  if (unit === 'day') return beginOf(index, unit) + moment.ms
  if (unit === 'week')
    return beginOf(index, unit) + (moment.weekday! - 1) * DAY + moment.ms + (moment.through ? DAY : 0)
  const month = unit === 'month' ? index : index * 12 + moment.month! - 1
  if (moment.day === undefined && moment.nth === undefined)
    return beginOfMonth(moment.through ? month + 1 : month) + moment.ms
  if (lacksDay(moment, index, unit)) return beginOfMonth(month + 1)
  return beginOfMonth(month) + (dayOf(moment, month) - 1) * DAY + moment.ms + (moment.through ? DAY : 0)
}

function namesDay({ weekday, day, nth }: Moment): boolean {
  return weekday !== undefined || day !== undefined || nth !== undefined
}

/** True if the calendar has no such day in this unit: the 31st of April, 29 February, a fifth Monday. */
function lacksDay(moment: Moment, index: number, unit: CoarseUnit): boolean {
  if (moment.day === undefined && moment.nth === undefined) return false
  const month = unit === 'month' ? index : index * 12 + moment.month! - 1
  return dayOf(moment, month) > daysOf(month)
}

function dayOf(moment: Moment, month: number): number {
  if (moment.nth === undefined) return moment.day === 'last' ? daysOf(month) : moment.day!
  const weekday = moment.weekday!
  if (moment.nth === 'last') {
    const last = daysOf(month)
    return last - ((weekdayAt(month, last) - weekday + 7) % 7)
  }
  return 1 + ((weekday - weekdayAt(month, 1) + 7) % 7) + (moment.nth - 1) * 7
}

function daysOf(month: number): number {
  return (beginOfMonth(month + 1) - beginOfMonth(month)) / DAY
}

/** The weekday of a day of a month, from 1 = Monday to 7 = Sunday. */
function weekdayAt(month: number, day: number): number {
  const days = beginOfMonth(month) / DAY + day - 1
  return ((((days + 3) % 7) + 7) % 7) + 1
}
