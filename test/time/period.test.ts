import { describe, expect, test } from '@jest/globals'
import {
  always,
  between,
  cycle,
  future,
  grid,
  intersection,
  never,
  type Period,
  past,
  relativeDay,
  span,
  toInstant,
  union,
} from '../../src/time/index.ts'

const at = (text: string) => toInstant(text, 'UTC')
const day = 86_400_000
const hour = 3_600_000

describe('rollForward and rollBack', () => {
  const window = cycle('day', { between: ['10:00', '12:00'] })

  test('cut the current instance, or return the neighbour', () => {
    expect(window.rollForward('2026-01-01T11:00', 'UTC')).toEqual({
      start: at('2026-01-01T11:00'),
      end: at('2026-01-01T12:00'),
    })
    expect(window.rollBack('2026-01-01T11:00', 'UTC')).toEqual({
      start: at('2026-01-01T10:00'),
      end: at('2026-01-01T11:00'),
    })
    expect(window.rollForward('2026-01-01T12:00', 'UTC')!.start).toBe(at('2026-01-02T10:00'))
    expect(window.rollBack('2026-01-01T12:00', 'UTC')!.end).toBe(at('2026-01-01T12:00'))
    expect(window.rollBack('2026-01-01T10:00', 'UTC')).toEqual({
      start: at('2026-01-01T10:00'),
      end: at('2026-01-01T10:00'),
    })
  })
})

describe('always, never and between', () => {
  test('always has one endless instance, never none', () => {
    expect(always.current(0)).toEqual({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY })
    expect(always.edgeAfter(0)).toBe(Number.POSITIVE_INFINITY)
    expect(never.contains(0) || never.next(0) !== null || never.previous(0) !== null).toBe(false)
  })

  test('an interval is half-open and may lack a side', () => {
    const year = between('2026-01-01', '2027-01-01', 'UTC')
    expect(year.contains('2026-01-01', 'UTC')).toBe(true)
    expect(year.contains('2027-01-01', 'UTC')).toBe(false)
    expect(year.next('2025-01-01', 'UTC')!.start).toBe(at('2026-01-01'))
    expect(year.previous('2028-01-01', 'UTC')!.end).toBe(at('2027-01-01'))
    expect(year.rollForward('2028-01-01', 'UTC')).toBeNull()
    expect(between('2026-01-01', null, 'UTC').contains('2090-01-01', 'UTC')).toBe(true)
    expect(() => between('2027-01-01', '2026-01-01', 'UTC')).toThrow(RangeError)
  })
})

describe('past and future', () => {
  test('past is (now - length, now] and moves along', () => {
    const { start, end } = past('2 hours').current(10 * hour)!
    expect([start, end]).toEqual([8 * hour + 1, 10 * hour + 1])
    expect(past('2 hours').rollBack(10 * hour)).toEqual({ start: 8 * hour, end: 10 * hour })
    expect(past('2 hours').contains(0)).toBe(true)
    expect(past('2 hours').edgeAfter(0)).toBe(Number.POSITIVE_INFINITY)
  })

  test('future is [now, now + length)', () => {
    expect(future({ hours: 2 }).current(10 * hour)).toEqual({ start: 10 * hour, end: 12 * hour })
  })

  test('span lies between two distances', () => {
    expect(span('past', { near: '1 hour', far: '2 hours' }).rollBack(10 * hour)).toEqual({
      start: 8 * hour,
      end: 9 * hour,
    })
    expect(span('past', { near: '1 hour' }).current(10 * hour)!.start).toBe(Number.NEGATIVE_INFINITY)
    expect(span('past', { near: '1 hour' }).contains(0)).toBe(false)
  })

  test('a negative length, and a far end nearer than the near one, are RangeErrors', () => {
    expect(() => past(-1)).toThrow(RangeError)
    expect(() => span('past', { near: 2, far: 1 })).toThrow(RangeError)
  })
})

describe('relativeDay', () => {
  test('is relative to the evaluated instant', () => {
    expect(relativeDay('today').current('2026-01-02T12:00', 'UTC')).toEqual({
      start: at('2026-01-02'),
      end: at('2026-01-03'),
    })
    expect(relativeDay('yesterday').rollBack('2026-01-02T12:00', 'UTC')).toEqual({
      start: at('2026-01-01'),
      end: at('2026-01-02'),
    })
    expect(relativeDay('the day before').current('2026-01-02T12:00', 'UTC')!.start).toBe(at('2025-12-31'))
    expect(relativeDay('yesterday', { from: '10:00', to: '12:00' }).current('2026-01-02', 'UTC')).toEqual({
      start: at('2026-01-01T10:00'),
      end: at('2026-01-01T12:00'),
    })
  })

  test('yesterday of the day after a skipped day is the day before it (Apia)', () => {
    const yesterday = relativeDay('yesterday').current('2011-12-31T12:00', 'Pacific/Apia')!
    expect(new Date(yesterday.start).toISOString()).toBe('2011-12-29T10:00:00.000Z')
  })

  test('another day is a RangeError', () => {
    expect(() => relativeDay('tomorrow' as 'today')).toThrow(RangeError)
  })
})

describe('intersection', () => {
  test('has the overlaps of one instance of each part', () => {
    const period = cycle('day', { between: ['08:00', '12:00'] }).and(cycle('week', { on: 'Mon' }))
    expect(period.next('2026-01-01', 'UTC')).toEqual({
      start: at('2026-01-05T08:00'),
      end: at('2026-01-05T12:00'),
    })
    expect(period.previous('2026-01-01', 'UTC')!.end).toBe(at('2025-12-29T12:00'))
  })

  test('parts that never coincide have no next and no previous, and the search ends', () => {
    const apart = cycle('day', { between: ['08:00', '09:00'] }).and(
      cycle('day', { between: ['10:00', '11:00'] }),
    )
    expect(apart.contains('2026-01-01T08:30', 'UTC')).toBe(false)
    expect(apart.next(0, 'UTC')).toBeNull()
    expect(apart.previous(0, 'UTC')).toBeNull()
    expect(apart.or(cycle('day')).contains(0, 'UTC')).toBe(true)
    const fine = cycle('second', { before: 200 }).and(cycle('second', { after: 300 }))
    expect(fine.next(0, 'UTC')).toBeNull()
  })

  test('a match years away is found', () => {
    const period = cycle('year', { on: 'Feb 29' }).and(cycle('week', { on: 'Mon' }))
    expect(period.next('2026-01-01', 'UTC')!.start).toBe(at('2044-02-29'))
  })
})

describe('union', () => {
  const morning = cycle('day', { between: ['08:00', '10:00'] })

  test('overlapping instances are merged, also a third and a nested one', () => {
    const period = union(
      morning,
      cycle('day', { between: ['09:00', '09:30'] }),
      cycle('day', { between: ['09:45', '14:00'] }),
    )
    expect(period.current('2026-01-01T08:30', 'UTC')).toEqual({
      start: at('2026-01-01T08:00'),
      end: at('2026-01-01T14:00'),
    })
    expect(period.next('2026-01-01T09:00', 'UTC')!.start).toBe(at('2026-01-02T08:00'))
    expect(period.previous('2026-01-01T09:00', 'UTC')!.end).toBe(at('2025-12-31T14:00'))
  })

  test('adjacent instances remain separate', () => {
    const period = morning.or(cycle('day', { between: ['10:00', '12:00'] }))
    expect(period.current('2026-01-01T10:00', 'UTC')).toEqual({
      start: at('2026-01-01T10:00'),
      end: at('2026-01-01T12:00'),
    })
  })

  test('parts that overlap endlessly are one endless instance', () => {
    const period = cycle('hour').or(cycle('hour', { starting: '30:00' }))
    expect(period.current(0, 'UTC')).toEqual({
      start: Number.NEGATIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
    })
    expect(period.next(0, 'UTC')).toBeNull()
    expect([...period.between(0, day, 'UTC')]).toHaveLength(1)
  })
})

describe('combining', () => {
  const a = cycle('day', { after: '08:00' })
  const b = cycle('week', { on: 'Mon' })

  test('always and never are absorbed, parts of one kind flattened, duplicates removed', () => {
    expect(a.and(always)).toEqual(a)
    expect(a.or(always)).toEqual(always)
    expect(a.and(never)).toEqual(never)
    expect(a.or(never)).toEqual(a)
    expect(a.and(a)).toEqual(a)
    expect(a.and(b.and(a))).toEqual(a.and(b))
    expect(intersection(intersection(a, b), cycle('year'))).toEqual(intersection(a, b, cycle('year')))
  })

  test('no periods, or other values, are a TypeError', () => {
    expect(() => union()).toThrow(TypeError)
    expect(() => intersection(1 as unknown as Period)).toThrow(TypeError)
    expect(() => a.and('daily' as unknown as Period)).toThrow(TypeError)
  })
})

describe('grid', () => {
  const period = grid('10 minutes', cycle('day', { between: ['08:00', '08:25'] }))

  test('cuts instances into cells from their start; the last may be shorter', () => {
    const cells = [...period.between('2026-01-01', '2026-01-02', 'UTC')].map(({ start, end }) =>
      [start, end].map((ms) => (ms - at('2026-01-01T08:00')) / 60_000),
    )
    expect(cells).toEqual([
      [0, 10],
      [10, 20],
      [20, 25],
    ])
    expect(period.previous('2026-01-01T08:25', 'UTC')!.start).toBe(at('2026-01-01T08:20'))
    expect(period.previous('2026-01-01T08:00', 'UTC')!.end).toBe(at('2025-12-31T08:25'))
    expect(period.next('2026-01-01T08:20', 'UTC')!.start).toBe(at('2026-01-02T08:00'))
  })

  test('is elapsed time across a change of the clock', () => {
    const half = grid('30 minutes', cycle('day'))
    expect([...half.between('2024-03-31', '2024-04-01', 'Europe/Berlin')]).toHaveLength(46)
    expect([...half.between('2024-10-27', '2024-10-28', 'Europe/Berlin')]).toHaveLength(50)
  })

  test('a step below a millisecond is a RangeError', () => {
    expect(() => grid(0, always)).toThrow(RangeError)
  })
})

describe('in', () => {
  test('a bound zone takes precedence over that of the call', () => {
    const period = cycle('day', { at: '10:00' }).in('Asia/Tokyo')
    expect(period.zone).toBe('Asia/Tokyo')
    expect(period.kind).toBe('cycle')
    expect(period.contains('2026-01-01T01:00Z', 'America/New_York')).toBe(true)
    expect(period.in('UTC').zone).toBe('UTC')
    const both = period.or(cycle('day', { at: '10:00' }).in('UTC'))
    expect(both.contains('2026-01-01T01:30Z', 'Europe/Berlin')).toBe(true)
    expect(both.contains('2026-01-01T10:30Z', 'Europe/Berlin')).toBe(true)
    expect(() => period.in('Mars/Base')).toThrow(RangeError)
  })
})

describe('instants', () => {
  test('invalid dates are rejected and never searched from', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -9e15]) {
      expect(() => cycle('day').current(value, 'UTC')).toThrow(RangeError)
      expect(() => cycle('hour').contains(value, 'UTC')).toThrow(RangeError)
      expect(() => cycle('hour').next(value, 'UTC')).toThrow(RangeError)
    }
  })

  test('the limits of dates are supported', () => {
    for (const period of [cycle('hour'), cycle('day'), cycle('month'), cycle('year')]) {
      for (const ms of [-8.6e15, 8.6e15, 0, at('1850-01-01')]) {
        expect(period.current(ms, 'Europe/Berlin')!.start).toBeLessThanOrEqual(ms)
      }
    }
  })
})
