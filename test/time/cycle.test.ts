import { describe, expect, test } from '@jest/globals'
import {
  type CycleOptions,
  type CycleUnit,
  cycle,
  type Interval,
  partsOf,
  toInstant,
} from '../../src/time/index.ts'

/** The whole instances that overlap a range, as `start / end` on the local clock of UTC. */
function listed(period: ReturnType<typeof cycle>, from: string, to: string, zone = 'UTC'): string[] {
  return [...period.between(from, to, zone)].map(words)
}

function words({ start, end }: Interval): string {
  return [start, end].map((at) => new Date(at).toISOString().replace(':00.000Z', '')).join(' / ')
}

describe('cycle', () => {
  const table: readonly (readonly [CycleUnit, CycleOptions, string, string])[] = [
    ['day', {}, '2026-03-04T00:00', '2026-03-05T00:00'],
    ['day', { after: '07:00' }, '2026-03-04T07:00', '2026-03-05T00:00'],
    ['day', { before: '07:00' }, '2026-03-04T00:00', '2026-03-04T07:00'],
    ['day', { between: ['10:00', '12:00'] }, '2026-03-04T10:00', '2026-03-04T12:00'],
    ['day', { between: [10, 12] }, '2026-03-04T10:00', '2026-03-04T13:00'],
    ['day', { between: ['22:00', '02:00'] }, '2026-03-04T22:00', '2026-03-05T02:00'],
    ['day', { between: ['10:00', '10:00'] }, '2026-03-04T10:00', '2026-03-05T10:00'],
    ['day', { at: '10:30' }, '2026-03-04T10:30', '2026-03-04T11:30'],
    ['day', { at: '23:30' }, '2026-03-04T23:30', '2026-03-05T00:30'],
    ['day', { starting: '10:00' }, '2026-03-04T10:00', '2026-03-05T10:00'],
    ['hour', { between: ['15:00', '45:00'] }, '2026-03-04T00:15', '2026-03-04T00:45'],
    ['hour', { at: 30 }, '2026-03-04T00:30', '2026-03-04T00:31'],
    ['hour', { between: ['45:00', '15:00'] }, '2026-03-04T00:45', '2026-03-04T01:15'],
    ['minute', {}, '2026-03-04T00:00', '2026-03-04T00:01'],
    ['week', {}, '2026-03-09T00:00', '2026-03-16T00:00'],
    ['week', { on: 'Fri' }, '2026-03-06T00:00', '2026-03-07T00:00'],
    ['week', { at: 'Fri 10:00' }, '2026-03-06T10:00', '2026-03-07T10:00'],
    ['week', { between: ['Mon', 'Fri'] }, '2026-03-09T00:00', '2026-03-14T00:00'],
    ['week', { between: ['Fri', 'Mon'] }, '2026-03-06T00:00', '2026-03-10T00:00'],
    ['week', { between: ['Tue', 'Tue'] }, '2026-03-10T00:00', '2026-03-11T00:00'],
    ['week', { before: 'Fri' }, '2026-03-09T00:00', '2026-03-14T00:00'],
    ['month', { on: '5th' }, '2026-03-05T00:00', '2026-03-06T00:00'],
    ['month', { between: ['5th', '10th'] }, '2026-03-05T00:00', '2026-03-11T00:00'],
    ['month', { on: 'last day' }, '2026-03-31T00:00', '2026-04-01T00:00'],
    ['month', { on: 'first Mon' }, '2026-04-06T00:00', '2026-04-07T00:00'],
    ['month', { on: 'last Fri' }, '2026-03-27T00:00', '2026-03-28T00:00'],
    ['month', { on: '3rd Wed' }, '2026-03-18T00:00', '2026-03-19T00:00'],
    ['year', { on: 'Dec' }, '2026-12-01T00:00', '2027-01-01T00:00'],
    ['year', { between: ['Jun', 'Aug'] }, '2026-06-01T00:00', '2026-09-01T00:00'],
    ['year', { on: 'Dec 24th' }, '2026-12-24T00:00', '2026-12-25T00:00'],
    ['year', { between: ['Dec 20', 'Jan 6'] }, '2026-12-20T00:00', '2027-01-06T00:00'],
  ]
  test.each(table)('of the %s %j begins next at %s and ends at %s', (unit, options, start, end) => {
    const period = cycle(unit, options)
    const next = period.next(toInstant('2026-03-03T23:59:59.999Z'), 'UTC')!
    expect(words(next)).toBe(`${start} / ${end}`)
    expect(period.current(next.start, 'UTC')).toEqual(next)
    expect(period.previous(next.end, 'UTC')).toEqual(next)
  })

  test('periods are half-open: 00:00 belongs to the new day and an end is outside', () => {
    const at = Date.UTC(2026, 2, 4)
    expect(cycle('day').current(at, 'UTC')!.start).toBe(at)
    const window = cycle('day', { between: ['10:00', '12:00'] })
    expect(window.contains('2026-03-04T10:00', 'UTC')).toBe(true)
    expect(window.contains('2026-03-04T12:00', 'UTC')).toBe(false)
  })

  test('a closed end belongs to the window', () => {
    const window = cycle('day', { between: ['10:00', '12:00'], closed: true })
    expect(window.contains('2026-03-04T12:00', 'UTC')).toBe(true)
    expect(window.contains('2026-03-04T12:00:00.001', 'UTC')).toBe(false)
  })

  test('a list of moments creates separate windows, even if they overlap', () => {
    const period = cycle('day', { at: ['12:00', '08:00', '08:30'] })
    expect(listed(period, '2026-03-04', '2026-03-05')).toEqual([
      '2026-03-04T08:00 / 2026-03-04T09:00',
      '2026-03-04T08:30 / 2026-03-04T09:30',
      '2026-03-04T12:00 / 2026-03-04T13:00',
    ])
    expect(words(period.current('2026-03-04T08:45', 'UTC')!)).toBe('2026-03-04T08:30 / 2026-03-04T09:30')
    expect(period.edgeAfter(toInstant('2026-03-04T08:10', 'UTC'), 'UTC')).toBe(
      toInstant('2026-03-04T08:30', 'UTC'),
    )
    expect(cycle('day', { at: ['08:00', '08:00'] })).toEqual(cycle('day', { at: '08:00' }))
  })

  test('equal cycles are deeply equal and frozen', () => {
    const one = cycle('day', { after: '7 am' })
    one.contains(Date.UTC(2026, 0, 1), 'UTC')
    expect(one).toEqual(cycle('day', { after: '07:00' }))
    expect(one).not.toEqual(cycle('day', { after: '08:00' }))
    expect(Object.isFrozen(one) && Object.isFrozen(one.rule)).toBe(true)
  })

  test('partsOf lists the parts of a unit', () => {
    expect(partsOf('day', { step: 6 })).toEqual([0, 6, 12, 18])
    expect(partsOf('week', { from: 2, to: 5 })).toEqual([2, 3, 4, 5])
    expect(() => partsOf('day', { step: 0 })).toThrow(RangeError)
  })
})

describe('cycle at the ends of months', () => {
  test('a day that a month lacks does not occur in it', () => {
    expect(listed(cycle('month', { on: '31st' }), '2026-01-01', '2026-06-01')).toEqual([
      '2026-01-31T00:00 / 2026-02-01T00:00',
      '2026-03-31T00:00 / 2026-04-01T00:00',
      '2026-05-31T00:00 / 2026-06-01T00:00',
    ])
    expect(words(cycle('year', { on: 'Feb 29' }).next('2026-01-01', 'UTC')!)).toBe(
      '2028-02-29T00:00 / 2028-03-01T00:00',
    )
    expect(cycle('month', { on: '5th Mon' }).contains('2026-02-23', 'UTC')).toBe(false)
  })

  test('29 February is found across a century that is no leap year', () => {
    expect(words(cycle('year', { on: 'Feb 29' }).next('2097-01-01', 'UTC')!)).toBe(
      '2104-02-29T00:00 / 2104-03-01T00:00',
    )
  })

  test('a cycle that starts on it starts on the last day of that month', () => {
    expect(listed(cycle('month', { starting: '31st' }), '2026-02-01', '2026-03-31')).toEqual([
      '2026-01-31T00:00 / 2026-02-28T00:00',
      '2026-02-28T00:00 / 2026-03-31T00:00',
    ])
  })

  test('an end beyond the month is the end of the month', () => {
    expect(listed(cycle('month', { between: ['28th', '31st'] }), '2026-02-10', '2026-02-28')).toEqual([])
    expect(listed(cycle('month', { between: ['28th', '31st'] }), '2026-02-10', '2026-03-01')).toEqual([
      '2026-02-28T00:00 / 2026-03-01T00:00',
    ])
  })
})

describe('cycle across changes of the clock (Europe/Berlin)', () => {
  const zone = 'Europe/Berlin'
  const spring = ['2024-03-31', '2024-04-01'] as const
  const autumn = ['2024-10-27', '2024-10-28'] as const

  test('a moment in the gap is the first instant after it', () => {
    expect(listed(cycle('day', { at: '02:30' }), ...spring, zone)).toEqual([
      '2024-03-31T01:00 / 2024-03-31T01:30',
    ])
  })

  test('a window wholly inside the gap lasts one part from the end of the gap', () => {
    const window = cycle('day', { between: ['02:10', '02:20'] })
    expect(listed(window, ...spring, zone)).toEqual(['2024-03-31T01:00 / 2024-03-31T02:00'])
  })

  test('a moment in the fold is its first occurrence, as start and as end', () => {
    expect(listed(cycle('day', { between: ['01:30', '02:30'] }), ...autumn, zone)).toEqual([
      '2024-10-26T23:30 / 2024-10-27T00:30',
    ])
    expect(listed(cycle('day', { after: '02:30' }), ...autumn, zone)).toEqual([
      '2024-10-27T00:30 / 2024-10-27T23:00',
    ])
  })

  test('days have 23 and 25 hours', () => {
    expect(listed(cycle('hour'), ...spring, zone)).toHaveLength(23)
    expect(listed(cycle('hour'), ...autumn, zone)).toHaveLength(25)
  })

  test('an hour into which the clock is set back by half an hour is longer (Lord Howe)', () => {
    const hour = cycle('hour').current('2024-04-06T14:10Z', 'Australia/Lord_Howe')!
    expect(words(hour)).toBe('2024-04-06T14:00 / 2024-04-06T15:30')
    const short = cycle('hour').current('2024-10-05T15:40Z', 'Australia/Lord_Howe')!
    expect(words(short)).toBe('2024-10-05T15:30 / 2024-10-05T16:00')
  })

  test('a day that the zone skips does not exist (Apia), and nothing occurs in it', () => {
    expect(listed(cycle('day'), '2011-12-29', '2012-01-01', 'Pacific/Apia')).toHaveLength(2)
    expect(listed(cycle('day', { at: '10:00' }), '2011-12-29T12:00', '2012-01-01', 'Pacific/Apia')).toEqual([
      '2011-12-30T20:00 / 2011-12-30T21:00',
    ])
  })

  test('the day before a skipped day is followed by the day after it (Apia)', () => {
    const night = cycle('day', { between: ['22:00', '02:00'] })
    expect(listed(night, '2011-12-29T12:00', '2012-01-01', 'Pacific/Apia')[0]).toBe(
      '2011-12-30T08:00 / 2011-12-30T12:00',
    )
  })

  test('a window inside a gap lasts one part from its end, and a day that the month lacks is moved only in cycles without gaps', () => {
    expect(listed(cycle('day', { between: ['02:10', '02:40'] }), ...spring, zone)).toEqual([
      '2024-03-31T01:00 / 2024-03-31T02:00',
    ])
    const february = ['2026-02-02', '2026-03-01'] as const
    expect(listed(cycle('month', { on: '31st' }), ...february, zone)).toEqual([])
    expect(listed(cycle('month', { starting: '31st' }), ...february, zone)).toEqual([
      '2026-01-30T23:00 / 2026-02-27T23:00',
      '2026-02-27T23:00 / 2026-03-30T22:00',
    ])
  })

  test('a clock set back across midnight does not start the day again (St Johns, 2006)', () => {
    const days = listed(cycle('day'), '2006-10-28', '2006-10-31', 'America/St_Johns')
    expect(days).toHaveLength(3)
  })
})

describe('cycle refuses', () => {
  test('an unknown unit or option, two options, a list without moments', () => {
    expect(() => cycle('fortnight' as CycleUnit)).toThrow(RangeError)
    expect(() => cycle('day', { aftr: '07:00' } as object)).toThrow(TypeError)
    expect(() => cycle('day', { after: '07:00', before: '08:00' })).toThrow(TypeError)
    expect(() => cycle('day', { at: [] })).toThrow(TypeError)
    expect(() => cycle('day', { between: ['07:00'] as unknown as [string, string] })).toThrow(TypeError)
    expect(() => cycle('day', { at: null as unknown as string })).toThrow(TypeError)
  })
})
