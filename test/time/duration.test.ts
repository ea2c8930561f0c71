import { describe, expect, test } from '@jest/globals'
import { StatementError } from '../../src/errors/statement-error.ts'
import { printDuration, toDurationMs } from '../../src/time/index.ts'

describe('toDurationMs', () => {
  const table: readonly (readonly [string, number])[] = [
    ['10 minutes', 600_000],
    ['1 day, 2 hours', 93_600_000],
    ['2h30m', 9_000_000],
    ['2h 30m', 9_000_000],
    ['1.5 hours', 5_400_000],
    ['3.8 minutes', 228_000],
    ['10:20:30', 37_230_000],
    ['2 days 10:20:30.5', 210_030_500],
    ['500 ms', 500],
    ['2 weeks', 1_209_600_000],
    ['1 hour and 30 minutes', 5_400_000],
    ['-1 hour', -3_600_000],
    ['--1 hour', 3_600_000],
    ['+1 hour', 3_600_000],
    ['PT1H30M', 5_400_000],
    ['P1DT0.5S', 86_400_500],
    ['P2W', 1_209_600_000],
    ['1 Hour', 3_600_000],
  ]
  test.each(table)('reads %s', (text, ms) => {
    expect(toDurationMs(text)).toBe(ms)
  })

  test('takes milliseconds and components', () => {
    expect(toDurationMs(1500)).toBe(1500)
    expect(toDurationMs({ hours: 1, minutes: 30 })).toBe(5_400_000)
    expect(toDurationMs({ weeks: 1, milliseconds: 1 })).toBe(604_800_001)
  })

  test('a wrong unit is a StatementError at its place, with the near word', () => {
    const error = caught(() => toDurationMs('10 minuts'))
    expect(error).toMatchObject({ offset: 3, text: '10 minuts', near: expect.arrayContaining(['minutes']) })
  })

  test('a unit without a number suggests one of it', () => {
    expect(caught(() => toDurationMs('day'))).toMatchObject({ offset: 0, near: ['1 day'] })
    expect(caught(() => toDurationMs('monday'))).toMatchObject({ near: [] })
  })

  test('months have no fixed length and are rejected with that reason', () => {
    expect(() => toDurationMs('1 month')).toThrow(/no fixed length/)
  })

  test.each(['', '   ', 'abc', 'one hour', '1.5.5 h', '1h-30m', '10', 'P', 'PT', '10:20', '1 hour,,, 2 x'])(
    'refuses %j as a StatementError',
    (text) => {
      expect(() => toDurationMs(text)).toThrow(StatementError)
    },
  )

  test('other types are TypeErrors, invalid numbers RangeErrors', () => {
    for (const value of [null, undefined, true, [], { fortnights: 1 }, { hours: '1' }]) {
      expect(() => toDurationMs(value as unknown as number)).toThrow(TypeError)
    }
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      9e15,
      { hours: Number.NaN },
      '99999999999999 hours' as const,
    ]) {
      expect(() => toDurationMs(value)).toThrow(RangeError)
    }
  })

  test('property names of objects are not units', () => {
    expect(() => toDurationMs('1 constructor')).toThrow(StatementError)
    expect(() => toDurationMs('1 toString')).toThrow(StatementError)
  })
})

describe('printDuration', () => {
  test.each([
    [600_000, '10 minutes'],
    [9_000_000, '2 hours 30 minutes'],
    [86_400_000, '1 day'],
    [1_001, '1 second 1 ms'],
    [0, '0 seconds'],
    [-60_000, '-1 minute'],
  ] as const)('prints %d as %s', (ms, words) => {
    expect(printDuration(ms)).toBe(words)
  })
})

function caught(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
