import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { StatementError } from '../../src/errors/statement-error.ts'
import { cronPeriod } from '../../src/time/index.ts'

function starts(expression: string, from: string, to: string, zone = 'UTC'): string[] {
  return [...cronPeriod(expression).between(from, to, zone)].map(({ start }) =>
    new Date(start).toISOString().slice(5, 16),
  )
}

describe('cronPeriod', () => {
  test.each([
    ['0 8 * * MON-FRI', ['01-02T08:00', '01-05T08:00']],
    ['0 0 * * FRI-MON', ['01-02T00:00', '01-03T00:00', '01-04T00:00', '01-05T00:00']],
    ['0 22-2/2 2 * *', ['01-02T00:00', '01-02T02:00', '01-02T22:00']],
    ['5/20 3 2 * *', ['01-02T03:05', '01-02T03:25', '01-02T03:45']],
    ['*/90 3 2 * *', ['01-02T03:00']],
    ['0 0 13 * FRI', ['01-02T00:00']],
    ['0 0 1-31/2 1 ?', ['01-03T00:00', '01-05T00:00']],
    ['0 12 LW * *', []],
    ['0 12 3W * *', ['01-02T12:00']],
    ['0 12 * * MON#1', ['01-05T12:00']],
    ['0 0 * * 7', ['01-04T00:00']],
    ['0 0 2 january *', ['01-02T00:00']],
    ['@daily', ['01-02T00:00', '01-03T00:00', '01-04T00:00', '01-05T00:00']],
  ])('%s', (expression, expected) => {
    expect(starts(expression, '2026-01-01T12:00', '2026-01-05T12:00:01')).toEqual(expected)
  })

  test('an occurrence lasts a minute, with seconds a second', () => {
    const minute = cronPeriod('30 10 * * *').next(Date.UTC(2026, 0, 1), 'UTC')!
    expect(minute.end - minute.start).toBe(60_000)
    const second = cronPeriod('15 30 10 * * *').next(Date.UTC(2026, 0, 1), 'UTC')!
    expect(new Date(second.start).toISOString()).toBe('2026-01-01T10:30:15.000Z')
    expect(second.end - second.start).toBe(1_000)
  })

  test('a day that no month has never occurs, and the search is quick', () => {
    for (const expression of ['0 0 30 2 *', '0 0 31 4 *', '0 0 31 2,4,6,9,11 *']) {
      const period = cronPeriod(expression)
      expect(period.next(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBeNull()
      expect(period.previous(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBeNull()
      expect(period.edgeAfter(Date.UTC(2026, 0, 1), 'UTC')).toBe(Number.POSITIVE_INFINITY)
    }
    expect(starts('0 0 31 * *', '2026-01-01', '2026-06-01')).toEqual([
      '01-31T00:00',
      '03-31T00:00',
      '05-31T00:00',
    ])
  })

  test('an occurrence lasts as long as its grace, up to the next one', () => {
    const nine = Date.UTC(2026, 0, 1, 9)
    const hours = cronPeriod('0 9 * * *', '2 hours')
    expect(hours.current(nine + 7_199_999, 'UTC')).toEqual({ start: nine, end: nine + 7_200_000 })
    expect(hours.contains(nine + 7_200_000, 'UTC')).toBe(false)
    expect(hours.previous(nine + 7_199_999, 'UTC')!.start).toBe(nine - 86_400_000)
    const often = cronPeriod('*/5 * * * *', '12 minutes')
    expect(often.current(nine + 240_000, 'UTC')).toEqual({ start: nine, end: nine + 300_000 })
    expect(often.previous(nine + 300_000, 'UTC')).toEqual({ start: nine, end: nine + 300_000 })
    const brief = cronPeriod('0 9 * * *', '5 seconds')
    expect(brief.contains(nine + 4_999, 'UTC')).toBe(true)
    expect(brief.contains(nine + 5_000, 'UTC')).toBe(false)
    expect(() => cronPeriod('0 9 * * *', 0)).toThrow(RangeError)
  })

  test('an expression takes little memory, also after evaluations', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const make = (n: number) => {
      const period = cronPeriod(`${n % 60} ${n % 24} * * ${n % 7}`)
      period.current(Date.UTC(2026, 0, 1), 'UTC')
      return period
    }
    make(0)
    collect()
    const before = process.memoryUsage().heapUsed
    const periods = Array.from({ length: 2_000 }, (_, n) => make(n))
    collect()
    expect((process.memoryUsage().heapUsed - before) / periods.length).toBeLessThan(4_096)
  })

  test('equal expressions are deeply equal', () => {
    expect(cronPeriod('0  8 * * 1')).toEqual(cronPeriod(' 0 8 * * 1 '))
  })
})

describe('cronPeriod across changes of the clock (Europe/Berlin)', () => {
  const spring = ['2024-03-31', '2024-04-01', 'Europe/Berlin'] as const
  const autumn = ['2024-10-27', '2024-10-28', 'Europe/Berlin'] as const

  test('a listed time in the gap runs once at its end', () => {
    expect(starts('30 2 * * *', ...spring)).toEqual(['03-31T01:00'])
    expect(starts('0,30 2 * * *', ...spring)).toEqual(['03-31T01:00'])
    expect(starts('0 2-3 * * *', ...spring)).toEqual(['03-31T01:00'])
    expect(starts('30 */2 * * *', ...spring)).not.toContain('03-31T01:00')
  })

  test('one time of day runs once in the fold; times that repeat run in both passes', () => {
    expect(starts('30 2 * * *', ...autumn)).toEqual(['10-27T00:30'])
    expect(starts('*/30 * * * *', ...autumn)).toHaveLength(50)
    expect(starts('*/30 * * * *', ...spring)).toHaveLength(46)
  })
})

describe('cronPeriod refuses', () => {
  test.each([
    ['61 * * * *', 0],
    ['0 24 * * *', 2],
    ['0 0 0 * *', 4],
    ['0 0 1 13 *', 6],
    ['0 0 1 1 8', 8],
    ['0 0 1 FOO *', 6],
    ['0 1,x * * *', 4],
    ['*/0 * * * *', 0],
    ['1-2-3 * * * *', 0],
    ['*-5 * * * *', 0],
    ['0 0 L-3 * *', 4],
    ['0 0 * * 1#6', 8],
    ['* * * *', 7],
    ['', 0],
    ['0 0 0 1 1 * 2030', 12],
  ])('%j at offset %d', (expression, offset) => {
    try {
      cronPeriod(expression)
      throw new Error('not refused')
    } catch (error) {
      expect(error).toBeInstanceOf(StatementError)
      expect(error).toMatchObject({ offset })
    }
  })

  test('a wrong name gets a suggestion', () => {
    expect(() => cronPeriod('0 0 * * MOM')).toThrow(/MON/)
  })
})
