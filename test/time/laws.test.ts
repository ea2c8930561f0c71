import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseTime, printDuration, toDurationMs } from '../../src/time/index.ts'
import { localAt, resolveLocal } from '../../src/time/zone/utc-offsets.ts'
import { checkProperty } from '../support/property.ts'
import { instants, periods, tilings, zones } from '../support/time-arbitraries.ts'

/** Laws of periods, checked with generated periods, instants and zones. */

const runs = { runs: 1_000 }

describe('cycles tile the time line', () => {
  test('full and starting cycles: every instant lies in one instance, whose end is the start of the next', () => {
    checkProperty(
      fc.property(tilings, instants, zones, (period, at, zone) => {
        const current = period.current(at, zone)!
        expect(current.start).toBeLessThanOrEqual(at)
        expect(current.end).toBeGreaterThan(at)
        expect(period.next(at, zone)!.start).toBe(current.end)
        expect(period.previous(at, zone)!.end).toBe(current.start)
        expect(period.current(current.start, zone)).toEqual(current)
        expect(period.current(current.end - 1, zone)).toEqual(current)
      }),
      runs,
    )
  })
})

describe('next, previous and current', () => {
  test('contains agrees with current', () => {
    checkProperty(
      fc.property(periods, instants, zones, (period, at, zone) => {
        const current = period.current(at, zone)
        expect(period.contains(at, zone)).toBe(current !== null)
        if (current !== null) {
          expect(current.start).toBeLessThanOrEqual(at)
          expect(current.end).toBeGreaterThan(at)
        }
      }),
      runs,
    )
  })

  test('next starts after the instant and previous ended by it; nothing lies between', () => {
    checkProperty(
      fc.property(periods, instants, zones, (period, at, zone) => {
        const next = period.next(at, zone)
        const previous = period.previous(at, zone)
        if (next !== null) {
          expect(next.start).toBeGreaterThan(at)
          expect(period.contains(next.start, zone)).toBe(true)
          expect(period.next(next.start - 1, zone)).toEqual(next)
        }
        if (previous !== null) {
          expect(previous.end).toBeLessThanOrEqual(at)
          expect(period.contains(previous.end - 1, zone)).toBe(true)
          expect(period.previous(previous.end, zone)!.end).toBe(previous.end)
        }
        if (period.current(at, zone) === null) {
          for (const part of [1 / 4, 1 / 2, 3 / 4]) {
            const gapEnd = Math.min(next?.start ?? Infinity, at + 1e10)
            const gapStart = Math.max(previous?.end ?? -Infinity, at - 1e10)
            expect(period.contains(Math.floor(gapStart + (gapEnd - 1 - gapStart) * part), zone)).toBe(false)
          }
        }
      }),
      {
        ...runs,
        // Instances of one part overlap: Tuesday, and a day from Tuesday 01:00.
        examples: [
          [
            parseTime('time of week on Mon, Tue, Tue 01:00 & from 2005-01-01 00:00'),
            1362546000000,
            'America/New_York',
          ],
        ],
      },
    )
  })

  test('between lists whole instances in order, each once', () => {
    checkProperty(
      fc.property(periods, instants, zones, (period, at, zone) => {
        let last: number | undefined
        let left = 5
        for (const instance of period.between(at, at + 1e9, zone)) {
          expect(instance.end).toBeGreaterThan(at)
          if (last !== undefined) expect(instance.start).toBeGreaterThan(last)
          last = instance.start
          if (--left === 0) break
        }
      }),
      runs,
    )
  })
})

describe('edgeAfter', () => {
  test('lies after the instant, and before it neither contains nor current changes', () => {
    checkProperty(
      fc.property(
        periods,
        instants,
        zones,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (period, at, zone, part) => {
          const edge = period.edgeAfter(at, zone)
          expect(edge).toBeGreaterThan(at)
          const between = Math.floor(at + (Math.min(edge, at + 4e10) - 1 - at) * part)
          expect(period.current(between, zone)).toEqual(period.current(at, zone))
        },
      ),
      runs,
    )
  })
})

describe('caches', () => {
  test('earlier calls never change a result', () => {
    checkProperty(
      fc.property(periods, zones, fc.array(instants, { minLength: 2, maxLength: 5 }), (period, zone, ats) => {
        const fresh = ats.map((at) => parseTime(String(period)).current(at, zone))
        const kept = ats.map((at) => period.current(at, zone))
        expect(kept).toEqual(fresh)
      }),
      {
        ...runs,
        examples: [
          // Instances of one part overlap: from the 2nd to the first Monday of the next month.
          [
            parseTime('time of month between 2nd 00:15 and first Mon | time of week between Mon and Mon'),
            'UTC',
            [1104537600000, 1104624900000],
          ],
        ],
      },
    )
  })
})

describe('print and parse', () => {
  test('a period printed and parsed is equal', () => {
    checkProperty(
      fc.property(periods, (period) => expect(parseTime(String(period))).toEqual(period)),
      runs,
    )
  })

  test('a duration printed and parsed is equal', () => {
    checkProperty(
      fc.property(fc.integer({ min: -1e11, max: 1e11 }), (ms) =>
        expect(toDurationMs(printDuration(ms))).toBe(ms),
      ),
      runs,
    )
  })
})

describe('local readings', () => {
  test('resolveLocal is the first instant at which the clock has reached the reading', () => {
    checkProperty(
      fc.property(instants, zones, (local, zone) => {
        const at = resolveLocal(local, zone)
        expect(localAt(at, zone)).toBeGreaterThanOrEqual(local)
        for (const earlier of [1, 60_000, 1_800_000, 3_600_000, 7_200_000]) {
          expect(localAt(at - earlier, zone)).toBeLessThan(local)
        }
      }),
      runs,
    )
  })
})
