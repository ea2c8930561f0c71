import { Temporal } from 'temporal-polyfill'

/**
 * Independent model of the zone rules in DESIGN, implemented with Temporal: the instants that a window of a calendar
 * unit covers, the starts of hours, and the occurrences of cron times. It uses nothing of `src`.
 */

/** One change of a zone's offset. */
export interface Change {
  readonly zone: string
  readonly at: number
  /** Minutes east of UTC before and after. */
  readonly before: number
  readonly after: number
}

export interface Stretch {
  readonly start: number
  readonly end: number
}

/** The zone's changes of offset from 2000 to 2037. */
export function* changesOf(zone: string): Generator<Change> {
  let now = Temporal.Instant.from('2000-01-01T00:00Z').toZonedDateTimeISO(zone)
  for (;;) {
    const next = now.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds >= Date.UTC(2038, 0, 1)) return
    const before = next.subtract({ seconds: 1 }).offsetNanoseconds / 6e10
    const after = next.offsetNanoseconds / 6e10
    if (before !== after) yield { zone, at: next.epochMilliseconds, before, after }
    now = next
  }
}

type Wall = Temporal.PlainDateTime
export type CalendarUnit = 'day' | 'week' | 'month' | 'year'

/** The part of one unit that a period covers, on the wall clock. */
export interface WallWindow {
  readonly start: Wall
  readonly end: Wall
}

/** A window per unit; null if the calendar lacks it. `tiles` if each end is the next start. */
export interface WallRule {
  readonly unit: CalendarUnit
  readonly tiles: boolean
  /** True if the start names a day without which the window does not occur, even if some of it lies beyond. */
  readonly needsDay?: boolean
  window(begin: Wall): WallWindow | null
}

/** A zone that converts wall clock readings to instants. */
export class ZoneModel {
  readonly #known = new Map<string, number>()

  constructor(readonly zone: string) {}

  /** The first of two readings; the first instant after the gap for a skipped reading. */
  instantOf(wall: Wall): number {
    const key = wall.toString()
    let at = this.#known.get(key)
    if (at === undefined) {
      const zoned = wall.toZonedDateTime(this.zone, { disambiguation: 'earlier' })
      const exact = Temporal.PlainDateTime.compare(zoned.toPlainDateTime(), wall) === 0
      at = exact ? zoned.epochMilliseconds : zoned.getTimeZoneTransition('next')!.epochMilliseconds
      this.#known.set(key, at)
    }
    return at
  }

  wallAt(at: number): Wall {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.zone).toPlainDateTime()
  }

  /** The instances of a rule in the units around an instant, in order of their start. */
  around(rule: WallRule, at: number, units: number): readonly Stretch[] {
    const here = beginOf(this.wallAt(at), rule.unit)
    const found: Stretch[] = []
    for (let i = -units; i <= units; i++) {
      const begin = here.add({ [`${rule.unit}s`]: i })
      if (rule.unit === 'day' && this.skips(begin)) continue
      const window = rule.window(begin)
      if (window === null || (rule.needsDay && this.skips(window.start))) continue
      const start = this.instantOf(window.start)
      const end = this.instantOf(rule.unit === 'day' ? this.#onDayThatIs(window.end) : window.end)
      if (start < end) found.push({ start, end })
      else if (!rule.tiles && !this.skips(window.start))
        found.push({ start, end: this.instantOf(this.wallAt(start).add(partOf(rule.unit))) })
    }
    return found
  }

  /** True if no instant of the zone has this date. */
  skips(wall: Wall): boolean {
    const midnight = wall.toPlainDate().toPlainDateTime()
    return this.instantOf(midnight) === this.instantOf(midnight.add({ days: 1 }))
  }

  /** The same time on the first later day that exists: the day after the 29th is the 31st if the zone skips the 30th. */
  #onDayThatIs(wall: Wall): Wall {
    return this.skips(wall) ? this.#onDayThatIs(wall.add({ days: 1 })) : wall
  }
}

function partOf(unit: CalendarUnit): Temporal.DurationLike {
  if (unit === 'day') return { hours: 1 }
  return unit === 'year' ? { months: 1 } : { days: 1 }
}

function beginOf(wall: Wall, unit: CalendarUnit): Wall {
  const date = wall.toPlainDate()
  if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 }).toPlainDateTime()
  if (unit === 'month') return date.with({ day: 1 }).toPlainDateTime()
  return (unit === 'year' ? date.with({ month: 1, day: 1 }) : date).toPlainDateTime()
}

export function currentOf(stretches: readonly Stretch[], at: number): Stretch | null {
  return best(
    stretches,
    ({ start, end }) => start <= at && at < end,
    (a, b) => b.start - a.start,
  )
}

export function nextOf(stretches: readonly Stretch[], at: number): Stretch | null {
  return best(
    stretches,
    ({ start }) => start > at,
    (a, b) => a.start - b.start,
  )
}

export function previousOf(stretches: readonly Stretch[], at: number): Stretch | null {
  return best(
    stretches,
    ({ end }) => end <= at,
    (a, b) => b.end - a.end,
  )
}

function best(
  stretches: readonly Stretch[],
  fits: (stretch: Stretch) => boolean,
  order: (a: Stretch, b: Stretch) => number,
): Stretch | null {
  return stretches.filter(fits).sort(order)[0] ?? null
}

const MINUTE = 60_000

/** The wall clock near one change, minute by minute, as minutes since 1970. */
export class ClockModel {
  constructor(readonly change: Change) {}

  reading(at: number): number {
    return Math.floor(at / MINUTE) + (at < this.change.at ? this.change.before : this.change.after)
  }

  /** The hours that begin within the range: at a reading of hh:00 or at the end of a gap. */
  hours(from: number, to: number): readonly Stretch[] {
    const starts: number[] = []
    const gapEnd = this.change.after > this.change.before ? this.change.at : Number.NaN
    for (let at = from; at < to; at += MINUTE)
      if (this.reading(at) % 60 === 0 || at === gapEnd) starts.push(at)
    return starts.slice(1).map((end, i) => ({ start: starts[i]!, end }))
  }

  /** The window from one minute of the hour to another, in each of the hours. */
  hourWindows(hours: readonly Stretch[], from: number, to: number): readonly Stretch[] {
    return hours.map((hour) => {
      const start = this.#reach(hour, from)
      const end = this.#reach(hour, to)
      return start < end ? { start, end } : { start, end: start + MINUTE }
    })
  }

  #reach(hour: Stretch, minute: number): number {
    for (let at = hour.start; at < hour.end; at += MINUTE) if (this.reading(at) % 60 >= minute) return at
    return hour.end
  }

  /**
   * The minutes at which a cron expression of times occurs. `once` if it names one time of day, `listed` if it lists
   * its hours.
   */
  cron(
    from: number,
    to: number,
    matches: (minuteOfDay: number) => boolean,
    once: boolean,
    listed: boolean,
  ): readonly number[] {
    const { at: change, before, after } = this.change
    const found = new Set<number>()
    for (let at = from; at < to; at += MINUTE) {
      if (!matches(this.reading(at) % 1440)) continue
      const seen = at >= change && at - (before - after) * MINUTE < change && before > after
      if (!(once && seen)) found.add(at)
    }
    if (listed) {
      const gap = Math.floor(change / MINUTE)
      for (let reading = gap + before; reading < gap + after; reading++) {
        const midnight = reading - (reading % 1440)
        const isSkipped = midnight >= gap + before && midnight + 1440 <= gap + after
        if (!isSkipped && matches(reading % 1440)) found.add(change)
      }
    }
    return [...found].sort((a, b) => a - b)
  }
}
