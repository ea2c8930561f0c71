import { describe, expect, test } from '@jest/globals'
import { StatementError } from '../../src/errors/statement-error.ts'
import {
  always,
  between,
  cronPeriod,
  cycle,
  cycleUnitOf,
  dated,
  future,
  grid,
  never,
  parseTime,
  past,
  relativeDay,
  span,
} from '../../src/time/index.ts'

describe('parseTime', () => {
  const table = [
    ['always', always],
    ['never', never],
    ['time of day between 10:00 and 12:00', cycle('day', { between: ['10:00', '12:00'] })],
    ['time of week after Tue', cycle('week', { after: 'Tue' })],
    ['time of month before 5th', cycle('month', { before: '5th' })],
    ['time of month on last Fri', cycle('month', { on: 'last Fri' })],
    ['time of week on Mon, Wed and Fri', cycle('week', { on: ['Mon', 'Wed', 'Fri'] })],
    ['time of day at 08:00, 12:00', cycle('day', { at: ['08:00', '12:00'] })],
    ['time of day starting 10 am', cycle('day', { starting: '10:00' })],
    [
      'time of day between 08:00 and 09:00 inclusive',
      cycle('day', { between: ['08:00', '09:00'], closed: true }),
    ],
    ['daily', cycle('day')],
    ['today', cycle('day')],
    ['this hour', cycle('hour')],
    ['yearly on Dec 24th', cycle('year', { on: 'Dec 24th' })],
    ['past 2 hours', past('2 hours')],
    ['every 10 minutes', past('10 minutes')],
    ['past 1 day, 2 hours', past('26 hours')],
    ['future 5 minutes', future('5 minutes')],
    ['past between 1 hour and 2 hours', span('past', { near: '1 hour', far: '2 hours' })],
    ['past beyond 1 hour', span('past', { near: '1 hour' })],
    ['from 2026-01-01T00:00Z until 2027-01-01T00:00Z', between('2026-01-01T00:00Z', '2027-01-01T00:00Z')],
    ['from 2026-12-24 18:00', dated({ from: '2026-12-24 18:00' })],
    ['from 2026-12-24 until 2027-01-01 06:00', dated({ from: '2026-12-24', until: '2027-01-01 06:00' })],
    ['cron 0 8 * * * with grace 2 hours', cronPeriod('0 8 * * *', '2 hours')],
    [
      "cron '0 8 * * *' with grace 2 hours in Asia/Tokyo",
      cronPeriod('0 8 * * *', '2 hours').in('Asia/Tokyo'),
    ],
    ['yesterday', relativeDay('yesterday')],
    ['yesterday between 10:00 and 12:00', relativeDay('yesterday', { from: '10:00', to: '12:00' })],
    ["cron '0 8 * * MON-FRI'", cronPeriod('0 8 * * MON-FRI')],
    ['cron 0 8 * * 1 in Europe/Helsinki', cronPeriod('0 8 * * 1').in('Europe/Helsinki')],
    ['daily after 07:00 in Asia/Tokyo', cycle('day', { after: '07:00' }).in('Asia/Tokyo')],
    [
      'time of day between 08:00 and 16:00 every 10 minutes',
      grid('10 minutes', cycle('day', { between: ['08:00', '16:00'] })),
    ],
  ] as const
  test.each(table)('%s', (text, period) => {
    expect(parseTime(text)).toEqual(period)
    expect(parseTime(` (\n${text} ) `)).toEqual(period)
    expect(parseTime(String(period))).toEqual(period)
  })

  test('& binds before |, parentheses before both, and a suffix after them applies to all', () => {
    const [a, b, c] = [
      cycle('day', { after: '08:00' }),
      cycle('week', { on: 'Mon' }),
      cycle('year', { on: 'Dec' }),
    ]
    const words = [a, b, c].map(String)
    expect(parseTime(`${words[0]} | ${words[1]} & ${words[2]}`)).toEqual(a.or(b.and(c)))
    expect(parseTime(`(${words[0]} | ${words[1]}) & ${words[2]}`)).toEqual(a.or(b).and(c))
    expect(parseTime(`(${words[0]} | ${words[1]}) in UTC`)).toEqual(a.or(b).in('UTC'))
    expect(parseTime(`(${words[0]} | ${words[1]}) every 1 hour`)).toEqual(grid('1 hour', a.or(b)))
  })

  test.each([
    ['', 0],
    ['dayly', 0],
    ['time of day between 10:00', 25],
    ['time of day after 25:00', 18],
    ['time of day between 10:00 and 12:60', 30],
    ['time of week on Mon & past 2 lightyears', 29],
    ['daily &', 7],
    ['| daily', 0],
    ['(daily', 6],
    ['daily)', 5],
    ['daily (weekly)', 6],
    ['()', 1],
    ['cron 0 99 * * *', 7],
    ['cron 0 9 * * * with grace 2 hous', 28],
    ['daily in Mars/Base', 9],
    ['from noon', 5],
  ])('rejects %j at offset %d', (text, offset) => {
    try {
      parseTime(text)
      throw new Error('not refused')
    } catch (error) {
      expect(error).toBeInstanceOf(StatementError)
      expect(error).toMatchObject({ offset, text })
    }
  })

  test('similar words are suggested', () => {
    expect(() => parseTime('dayly')).toThrow(/`daily`/)
    expect(() => parseTime('tody')).toThrow(/`today`/)
  })

  test('hostile text is rejected: deep, long, or invalid', () => {
    expect(() => parseTime('('.repeat(1000))).toThrow(StatementError)
    expect(() => parseTime('daily & '.repeat(10_000))).toThrow(StatementError)
    expect(() => parseTime(`daily ${' '.repeat(3000)}x`)).toThrow(StatementError)
    expect(() => parseTime(`daily${' in UTC'.repeat(500)}`)).not.toThrow(RangeError)
    expect(() => parseTime(7 as unknown as string)).toThrow(TypeError)
  })
})

describe('cycleUnitOf', () => {
  test('knows the words of the units and no others', () => {
    expect(['daily', 'day', 'today', 'this day', 'time of day'].map(cycleUnitOf)).toEqual(
      Array(5).fill('day'),
    )
    expect(cycleUnitOf('yearly')).toBe('year')
    expect(cycleUnitOf('toString')).toBeUndefined()
    expect(cycleUnitOf('fortnightly')).toBeUndefined()
  })
})
