/**
 * Local times that a cron expression matches, in ms since 1970 as if the local time were UTC. Converting them to instants of a zone
 * is the caller's task.
 *
 * An expression is stored as a few bit sets, since an app may have a hundred thousand of them.
 */
import { DAY } from '../zone/units.ts'
import { beginOf, indexAt } from './calendar-units.ts'

/** Maximum number of months to search for a match: a fifth Friday of February can be 40 years away. */
const MAX_MONTHS = 60 * 12

/** The numbers 0 to 59 as bits, in two words of 30 bits so that no value is negative. */
interface Sixty {
  readonly low: number
  readonly high: number
}

/** The listed days of the month: day 1 is bit 0. */
interface MonthDays {
  readonly plain: number
  /** The days whose nearest weekday (Monday to Friday) in the same month is meant (`15W`). */
  readonly nearest: number
  readonly last: boolean
  /** The last weekday (Monday to Friday) of the month. */
  readonly lastWeekday: boolean
}

/** The listed days of the week: Sunday is bit 0. */
interface WeekDays {
  readonly plain: number
  /** The last of their kind in the month (`5L`). */
  readonly last: number
  /** The first, second, ... of their kind in the month (`5#1`). */
  readonly nth: readonly number[]
}

/** The local times that six fields match. */
export class CronReadings {
  readonly #seconds: Sixty
  readonly #minutes: Sixty
  readonly #hours: number
  readonly #months: number
  /** Null for `*`. If both kinds of day are listed, either may match. */
  readonly #monthDays: MonthDays | null
  readonly #weekDays: WeekDays | null

  /** @param pattern - Six fields as `readCron` writes them: numbers, lists, `*`, `L`, `W` and `#`. */
  constructor(pattern: string) {
    const [second, minute, hour, monthDay, month, weekDay] = pattern
      .split(' ')
      .map((field) => field.split(','))
    this.#seconds = sixty(second!)
    this.#minutes = sixty(minute!)
    this.#hours = bits(hour!, 24, 0)
    this.#months = bits(month!, 12, 1)
    this.#monthDays = monthDaysOf(monthDay!)
    this.#weekDays = weekDaysOf(weekDay!)
  }

  /** The first reading after another; null if there is none in sixty years. */
  after(local: number): number | null {
    const from = Math.floor(local / 1000) * 1000 + 1000
    const day = Math.floor(from / DAY)
    const first = this.#month(indexAt(from, 'month'))
    const date = day - first.begin
    if (((first.days >> date) & 1) === 1) {
      const time = this.#timeFrom((from - day * DAY) / 1000)
      if (time >= 0) return day * DAY + time * 1000
    }
    // The days after this one; the last of a month of 31 has none.
    let left = date >= 30 ? 0 : first.days & (-1 << (date + 1))
    let { begin, index } = first
    for (let n = 0; left === 0; n++) {
      if (n > MAX_MONTHS) return null
      const next = this.#month(index + 1)
      left = next.days
      begin = next.begin
      index = next.index
    }
    return (begin + lowest(left)) * DAY + this.#timeFrom(0) * 1000
  }

  /** The last reading before another; null if there is none in sixty years. */
  before(local: number): number | null {
    const to = Math.ceil(local / 1000) * 1000 - 1000
    const day = Math.floor(to / DAY)
    const last = this.#month(indexAt(to, 'month'))
    const date = day - last.begin
    if (((last.days >> date) & 1) === 1) {
      const time = this.#timeTo((to - day * DAY) / 1000)
      if (time >= 0) return day * DAY + time * 1000
    }
    let left = last.days & ((1 << date) - 1)
    let { begin, index } = last
    for (let n = 0; left === 0; n++) {
      if (n > MAX_MONTHS) return null
      const next = this.#month(index - 1)
      left = next.days
      begin = next.begin
      index = next.index
    }
    return (begin + highest(left)) * DAY + this.#timeTo(86_399) * 1000
  }

  /** The listed days of a month, day 1 as bit 0. `begin` is its first day, in days since 1970. */
  #month(index: number): { readonly index: number; readonly begin: number; readonly days: number } {
    const begin = beginOf(index, 'month') / DAY
    const inYear = index - Math.floor(index / 12) * 12
    const isNamed = ((this.#months >> inYear) & 1) === 1
    return { index, begin, days: isNamed ? this.#daysOf(begin, beginOf(index + 1, 'month') / DAY) : 0 }
  }

  #daysOf(begin: number, end: number): number {
    const length = end - begin
    const all = 2 ** length - 1
    const monthDays = this.#monthDays
    const weekDays = this.#weekDays
    if (monthDays === null && weekDays === null) return all | 0
    // 1970 began on a Thursday.
    const first = mod7(begin + 4)
    const byMonth = monthDays === null ? 0 : daysByMonth(monthDays, length, first)
    const byWeek = weekDays === null ? 0 : daysByWeek(weekDays, length, first)
    return (byMonth | byWeek) & all
  }

  /** The first time of day, in seconds, at or after another; -1 if there is none. */
  #timeFrom(time: number): number {
    const hour = Math.floor(time / 3600)
    const minute = Math.floor(time / 60) % 60
    if (((this.#hours >> hour) & 1) === 1) {
      if (has(this.#minutes, minute)) {
        const second = from(this.#seconds, time % 60)
        if (second >= 0) return hour * 3600 + minute * 60 + second
      }
      const later = from(this.#minutes, minute + 1)
      if (later >= 0) return hour * 3600 + later * 60 + from(this.#seconds, 0)
    }
    const hours = this.#hours & (-1 << (hour + 1))
    return hours === 0 ? -1 : lowest(hours) * 3600 + from(this.#minutes, 0) * 60 + from(this.#seconds, 0)
  }

  /** The last time of day, in seconds, at or before another; -1 if there is none. */
  #timeTo(time: number): number {
    const hour = Math.floor(time / 3600)
    const minute = Math.floor(time / 60) % 60
    if (((this.#hours >> hour) & 1) === 1) {
      if (has(this.#minutes, minute)) {
        const second = to(this.#seconds, time % 60)
        if (second >= 0) return hour * 3600 + minute * 60 + second
      }
      const earlier = to(this.#minutes, minute - 1)
      if (earlier >= 0) return hour * 3600 + earlier * 60 + to(this.#seconds, 59)
    }
    const hours = this.#hours & ((1 << hour) - 1)
    return hours === 0 ? -1 : highest(hours) * 3600 + to(this.#minutes, 59) * 60 + to(this.#seconds, 59)
  }
}

/** Numbers as bits, the lowest as bit 0; `*` sets all bits, and parts that are not numbers set none. */
function bits(parts: readonly string[], count: number, lowest: number): number {
  if (parts[0] === '*') return 2 ** count - 1
  let found = 0
  for (const part of parts) if (/^\d+$/.test(part)) found |= 1 << (Number(part) - lowest)
  return found
}

function sixty(parts: readonly string[]): Sixty {
  const isIn = (part: string, low: number): boolean =>
    part === '*' || Math.floor(Number(part) / 30) * 30 === low
  return {
    low: bits(
      parts.filter((part) => isIn(part, 0)),
      30,
      0,
    ),
    high: bits(
      parts.filter((part) => isIn(part, 30)),
      30,
      30,
    ),
  }
}

function monthDaysOf(parts: readonly string[]): MonthDays | null {
  if (parts[0] === '*') return null
  return {
    plain: bits(parts, 31, 1),
    nearest: bits(endingWith(parts, 'W'), 31, 1),
    last: parts.includes('L'),
    lastWeekday: parts.includes('LW'),
  }
}

const noNth: readonly number[] = []

function weekDaysOf(parts: readonly string[]): WeekDays | null {
  if (parts[0] === '*') return null
  const nth = [1, 2, 3, 4, 5].map((n) => bits(endingWith(parts, `#${n}`), 7, 0))
  return {
    plain: bits(parts, 7, 0),
    last: bits(endingWith(parts, 'L').concat(endingWith(parts, '#L')), 7, 0),
    nth: nth.every((days) => days === 0) ? noNth : nth,
  }
}

/** The parts with an ending, without it. */
function endingWith(parts: readonly string[], ending: string): string[] {
  return parts.filter((part) => part.endsWith(ending)).map((part) => part.slice(0, -ending.length))
}

/** @param first - The weekday of the first of the month. */
function daysByMonth(days: MonthDays, length: number, first: number): number {
  let found = days.plain
  if (days.last) found |= 1 << (length - 1)
  if (days.lastWeekday) found |= 1 << nearestWeekday(length - 1, length, first, true)
  for (let left = days.nearest & (2 ** length - 1); left !== 0; left &= left - 1)
    found |= 1 << nearestWeekday(lowest(left), length, first, false)
  return found
}

/** The weekday (Monday to Friday) nearest to a day in the same month, or the nearest one before it. Days count from 0. */
function nearestWeekday(day: number, length: number, first: number, isBefore: boolean): number {
  const weekday = mod7(first + day)
  if (weekday === 6) return day === 0 ? 2 : day - 1
  if (weekday === 0) return isBefore || day === length - 1 ? day - 2 : day + 1
  return day
}

function daysByWeek(days: WeekDays, length: number, first: number): number {
  let found = 0
  for (let date = 0; date < length; date++) {
    const weekday = mod7(first + date)
    const isNamed =
      (days.plain >> weekday) & 1 ||
      (date + 7 >= length && (days.last >> weekday) & 1) ||
      (days.nth.length > 0 && (days.nth[Math.floor(date / 7)]! >> weekday) & 1)
    if (isNamed) found |= 1 << date
  }
  return found
}

function has(set: Sixty, value: number): boolean {
  return value < 30 ? ((set.low >> value) & 1) === 1 : ((set.high >> (value - 30)) & 1) === 1
}

/** The first value at or after another; -1 if there is none. */
function from(set: Sixty, value: number): number {
  const low = value < 30 ? set.low & (-1 << value) : 0
  if (low !== 0) return lowest(low)
  if (value >= 60) return -1
  const high = value <= 30 ? set.high : set.high & (-1 << (value - 30))
  return high === 0 ? -1 : lowest(high) + 30
}

/** The last value at or before another; -1 if there is none. */
function to(set: Sixty, value: number): number {
  const high = value >= 30 ? set.high & ((2 << (value - 30)) - 1) : 0
  if (high !== 0) return highest(high) + 30
  if (value < 0) return -1
  const low = value >= 29 ? set.low : set.low & ((2 << value) - 1)
  return low === 0 ? -1 : highest(low)
}

/** The number of the lowest bit that is set. */
function lowest(set: number): number {
  return 31 - Math.clz32(set & -set)
}

/** The number of the highest bit that is set. */
function highest(set: number): number {
  return 31 - Math.clz32(set)
}

function mod7(day: number): number {
  return ((day % 7) + 7) % 7
}
