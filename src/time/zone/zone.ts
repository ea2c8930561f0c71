/** Time zones, and conversion of instants. */
import { DateTime, Info, type Zone } from 'luxon'
import { showValue } from '../../errors/show-value.ts'
import { didYouMean, near } from '../../errors/suggest.ts'

/**
 * A point in time: epoch milliseconds, a `Date`, a Luxon `DateTime`, or ISO 8601 text. Without an offset, text is read
 * in the zone of the call (default: the system's).
 *
 * @example
 * ```ts
 * const noon: Instant = '2026-03-01T12:00' // read in the zone of the call
 * ```
 */
export type Instant = number | Date | DateTime | string

/** Maximum distance of a date from 1970, in milliseconds (the range of ECMAScript). */
export const MAX_INSTANT = 8.64e15

const known = new Set<string>()

/**
 * Checks that the runtime knows a zone, and returns its name: an IANA name, `UTC`, `UTC+3`, or `system`/`local` for the
 * system's own. Throws a `RangeError` with suggestions otherwise.
 *
 * @example
 * ```ts
 * checkZone('Europe/Helsinky') // RangeError: ... Did you mean 'Europe/Helsinki'?
 * ```
 */
export function checkZone(zone: string): string {
  if (known.has(zone)) return zone
  if (typeof zone !== 'string')
    throw new TypeError(`Cannot use a time zone as it must be a name: ${String(zone)}.`)
  if (zone === 'system' || zone === 'local') return systemZone()
  // An IANA name keeps its spelling, as 'europe/berlin' and 'Europe/Berlin' would otherwise be two keys of one zone.
  if (!Info.normalizeZone(zone).isValid) {
    const close = didYouMean(nearZones(zone))
    const means = close === '' ? ' Use an IANA name such as Europe/Berlin.' : close
    throw new RangeError(
      `Cannot use a time zone as it must be a name that the runtime knows: '${zone}'.${means}`,
    )
  }
  known.add(zone)
  return zone
}

/** Names of zones close to an unknown name, nearest first. */
export function nearZones(zone: string): string[] {
  return near(zone, Intl.supportedValuesOf('timeZone'))
}

let system: { readonly tz: string | undefined; readonly name: string } | undefined

/** The system's zone, read again after `process.env.TZ` changes. */
export function systemZone(): string {
  const tz = process.env.TZ
  if (system === undefined || system.tz !== tz) {
    system = { tz, name: new Intl.DateTimeFormat().resolvedOptions().timeZone }
  }
  return system.name
}

/**
 * Converts an instant in epoch milliseconds to a Luxon `DateTime` in the zone (default: the system's).
 *
 * @example
 * ```ts
 * toDateTime(0, 'Asia/Tokyo').toISO() // '1970-01-01T09:00:00.000+09:00'
 * ```
 */
export function toDateTime(at: number, zone: string = systemZone()): DateTime {
  return DateTime.fromMillis(at, { zone: checkZone(zone) })
}

/**
 * Converts an {@link Instant} to epoch milliseconds. Without an offset, text is read in `zone` (default: the system's).
 * Fractions of a millisecond are rounded down. Throws a `TypeError` for other types, and a `RangeError` for an invalid
 * date.
 *
 * @example
 * ```ts
 * toInstant('2026-03-01T12:00', 'Europe/Helsinki') // 1772359200000
 * ```
 */
export function toInstant(value: Instant, zone: string = systemZone()): number {
  if (typeof value === 'number') {
    return checkInstant(value, value)
  }
  if (value instanceof Date) return checkInstant(value.getTime(), value)
  if (DateTime.isDateTime(value)) return checkInstant(value.toMillis(), value.invalidExplanation ?? value)
  if (typeof value === 'string') {
    const read = DateTime.fromISO(value, { zone: checkZone(zone) })
    return checkInstant(read.toMillis(), value)
  }
  throw new TypeError(
    `Cannot use an instant as it must be epoch milliseconds, a Date, a DateTime or ISO 8601 text: ${showValue(value)}.`,
  )
}

/** Rounds an instant down to milliseconds. Throws a `RangeError` for an invalid date, or one out of range. */
export function checkInstant(at: number, given: unknown = at): number {
  if (!(Math.abs(at) <= MAX_INSTANT)) {
    throw new RangeError(
      `Cannot use an instant as it must be a date, such as '2026-12-24 18:00': ${showValue(given)}.`,
    )
  }
  return Math.floor(at)
}

/** The offset of `zone` from UTC at an instant, in milliseconds; positive to the east. */
export function offsetMsAt(at: number, zone: string): number {
  return zoneOf(zone).offset(at) * 60_000
}

/** True for a zone that never changes its offset. */
export function isFixedZone(zone: string): boolean {
  return zoneOf(zone).isUniversal
}

const zones = new Map<string, Zone>()

function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = Info.normalizeZone(checkZone(name))
    zones.set(name, zone)
  }
  return zone
}
