import { describe, expect, test } from '@jest/globals'
import { DateTime } from 'luxon'
import { checkZone, systemZone, toDateTime, toInstant } from '../../src/time/index.ts'

describe('checkZone', () => {
  test('knows IANA names, UTC, offsets and the system', () => {
    for (const zone of ['Europe/Helsinki', 'UTC', 'UTC+3', 'America/Argentina/Buenos_Aires']) {
      expect(checkZone(zone)).toBe(zone)
    }
    expect(checkZone('system')).toBe(systemZone())
  })

  test('an unknown zone is a RangeError with a suggestion', () => {
    expect(() => checkZone('Europe/Helsinky')).toThrow(RangeError)
    expect(() => checkZone('Europe/Helsinky')).toThrow(/'Europe\/Helsinki'/)
    expect(() => checkZone('')).toThrow(RangeError)
  })

  test('other types are a TypeError', () => {
    expect(() => checkZone(3 as unknown as string)).toThrow(TypeError)
  })
})

describe('toInstant', () => {
  const ms = Date.UTC(2026, 2, 1, 10)

  test('takes ms, Date, DateTime and ISO text; text without offset is read in the zone', () => {
    expect(toInstant(ms)).toBe(ms)
    expect(toInstant(new Date(ms))).toBe(ms)
    expect(toInstant(DateTime.fromMillis(ms, { zone: 'Asia/Tokyo' }))).toBe(ms)
    expect(toInstant('2026-03-01T12:00', 'Europe/Helsinki')).toBe(ms)
    expect(toInstant('2026-03-01T10:00Z', 'Europe/Helsinki')).toBe(ms)
  })

  test('rounds fractions of a millisecond down', () => {
    expect(toInstant(1.9)).toBe(1)
    expect(toInstant('1970-01-01T00:00:00.0019Z')).toBe(1)
  })

  test('an invalid date is a RangeError, another type a TypeError', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 9e15, new Date(Number.NaN), 'tomorrow']) {
      expect(() => toInstant(value)).toThrow(RangeError)
    }
    expect(() => toInstant({} as unknown as string)).toThrow(TypeError)
    expect(() => toInstant(null as unknown as string)).toThrow(TypeError)
  })
})

describe('toDateTime', () => {
  test('gives a Luxon DateTime in the zone', () => {
    const at = toDateTime(Date.UTC(2026, 0, 1), 'Asia/Tokyo')
    expect(at.toISO()).toBe('2026-01-01T09:00:00.000+09:00')
  })
})

describe('systemZone', () => {
  test('is the zone of the machine', () => {
    expect(systemZone()).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone)
  })
})
