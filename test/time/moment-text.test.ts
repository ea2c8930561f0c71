import { describe, expect, test } from '@jest/globals'
import { StatementError } from '../../src/errors/statement-error.ts'
import { type CycleUnit, printMoment, toMoment } from '../../src/time/index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('toMoment parses text', () => {
  const table: readonly (readonly [CycleUnit, string, object])[] = [
    ['second', '500', { ms: 500 }],
    ['minute', '30.5', { ms: 30_500 }],
    ['minute', '45:00', { ms: 45_000 }],
    ['hour', '15:30', { ms: 930_000 }],
    ['hour', '1 quarter', { ms: 900_000 }],
    ['hour', '4q', { ms: HOUR }],
    ['day', '07:00', { ms: 7 * HOUR }],
    ['day', '10 am', { ms: 10 * HOUR }],
    ['day', '12 am', { ms: 0 }],
    ['day', '12:30 PM', { ms: 12.5 * HOUR }],
    ['day', '7', { ms: 7 * HOUR }],
    ['day', '22:15:30.250', { ms: 80_130_250 }],
    ['week', 'Mon', { weekday: 1, ms: 0 }],
    ['week', 'sunday 10:00', { weekday: 7, ms: 10 * HOUR }],
    ['month', '5th', { day: 5, ms: 0 }],
    ['month', '5.', { day: 5, ms: 0 }],
    ['month', '3rd 12:30:00', { day: 3, ms: 12.5 * HOUR }],
    ['month', 'last day', { day: 'last', ms: 0 }],
    ['month', 'first Mon', { nth: 1, weekday: 1, ms: 0 }],
    ['month', 'last Fri 18:00', { nth: 'last', weekday: 5, ms: 18 * HOUR }],
    ['month', '3rd Wed', { nth: 3, weekday: 3, ms: 0 }],
    ['year', 'Feb', { month: 2, ms: 0 }],
    ['year', 'December', { month: 12, ms: 0 }],
    ['year', 'Dec 5th', { month: 12, day: 5, ms: 0 }],
    ['year', 'Mar 15 10:00', { month: 3, day: 15, ms: 10 * HOUR }],
    ['year', 'Nov last Thu', { month: 11, nth: 'last', weekday: 4, ms: 0 }],
  ]
  test.each(table)('of the %s: %s', (unit, text, moment) => {
    expect(toMoment(text, unit, 'start')).toEqual(moment)
  })

  test('a weekday, a day and a month without a time include their end; times and days of the year do not', () => {
    expect(toMoment('Fri', 'week', 'end')).toEqual({ weekday: 5, ms: 0, through: true })
    expect(toMoment('Fri 00:00', 'week', 'end')).toEqual({ weekday: 5, ms: 0 })
    expect(toMoment('10th', 'month', 'end')).toEqual({ day: 10, ms: 0, through: true })
    expect(toMoment('Feb', 'year', 'end')).toEqual({ month: 2, ms: 0, through: true })
    expect(toMoment('Feb 20', 'year', 'end')).toEqual({ month: 2, day: 20, ms: 0 })
    expect(toMoment('12:00', 'day', 'end')).toEqual({ ms: DAY / 2 })
  })

  const wrong: readonly (readonly [CycleUnit, string])[] = [
    ['second', '1001'],
    ['second', '-1'],
    ['minute', 'abc'],
    ['minute', '99'],
    ['hour', '45'],
    ['hour', '5 quarter'],
    ['hour', 'q2'],
    ['day', '24:00'],
    ['day', '10:60'],
    ['day', '13 pm'],
    ['day', 'noon'],
    ['day', ''],
    ['day', 'Mon'],
    ['week', 'Tues'],
    ['week', 'Mo'],
    ['week', '8'],
    ['week', 'Mon 25:00'],
    ['week', 'Mon-Fri'],
    ['month', '0th'],
    ['month', '32nd'],
    ['month', 'first'],
    ['month', '-1'],
    ['month', '1st 24:00'],
    ['year', 'Foo'],
    ['year', '13'],
    ['year', 'Feb 30'],
  ]
  test.each(wrong)('rejects as a moment of the %s: %j', (unit, text) => {
    expect(() => toMoment(text, unit, 'start')).toThrow(StatementError)
  })

  test('the error has the position, the expected words and similar words', () => {
    try {
      toMoment('Mon 25:00', 'week', 'start')
      throw new Error('not refused')
    } catch (error) {
      expect(error).toMatchObject({ offset: 4, text: 'Mon 25:00' })
    }
    try {
      toMoment('Wedn', 'week', 'start')
      throw new Error('not refused')
    } catch (error) {
      expect(error).toMatchObject({ offset: 0, near: expect.arrayContaining(['Wed']) })
      expect((error as StatementError).expected[0]).toMatch(/weekday/)
    }
  })
})

describe('toMoment takes numbers', () => {
  test('the number of a part; as an end it includes the part', () => {
    expect(toMoment(10, 'day', 'start')).toEqual({ ms: 10 * HOUR })
    expect(toMoment(12, 'day', 'end')).toEqual({ ms: 13 * HOUR })
    expect(toMoment(45, 'hour', 'end')).toEqual({ ms: 46 * 60_000 })
    expect(toMoment(3, 'week', 'end')).toEqual({ weekday: 3, ms: 0, through: true })
    expect(toMoment(4, 'year', 'start')).toEqual({ month: 4, ms: 0 })
    expect(toMoment(15.005, 'minute', 'end')).toEqual({ ms: 15_005 })
    expect(toMoment(1000, 'second', 'end')).toEqual({ ms: 1000 })
  })

  test.each([
    ['second', 1001],
    ['minute', 60],
    ['hour', 60],
    ['hour', 2.5],
    ['day', 24],
    ['day', -1],
    ['day', 2.5],
    ['week', 0],
    ['week', 8],
    ['month', 32],
    ['year', 13],
    ['day', Number.NaN],
  ] as const)('refuses as the %s: %d', (unit, value) => {
    expect(() => toMoment(value, unit, 'start')).toThrow(RangeError)
  })
})

describe('toMoment takes components', () => {
  test('with names or numbers', () => {
    expect(toMoment({ hour: 10, second: 20 }, 'day', 'start')).toEqual({ ms: 10 * HOUR + 20_000 })
    expect(toMoment({ weekday: 'Mon', hour: 9 }, 'week', 'start')).toEqual({ weekday: 1, ms: 9 * HOUR })
    expect(toMoment({ day: 'last' }, 'month', 'end')).toEqual({ day: 'last', ms: 0, through: true })
    expect(toMoment({ nth: 'last', weekday: 5 }, 'month', 'start')).toEqual({
      nth: 'last',
      weekday: 5,
      ms: 0,
    })
    expect(toMoment({ month: 'Dec', day: 24 }, 'year', 'start')).toEqual({ month: 12, day: 24, ms: 0 })
  })

  test('an unknown part is a TypeError, a wrong number a RangeError', () => {
    expect(() => toMoment({ hours: 1 } as object, 'day', 'start')).toThrow(TypeError)
    expect(() => toMoment({ weekday: 1 }, 'day', 'start')).toThrow(TypeError)
    expect(() => toMoment({ hour: 24 }, 'day', 'start')).toThrow(RangeError)
    expect(() => toMoment({}, 'month', 'start')).toThrow(RangeError)
    expect(() => toMoment({ month: 2, day: 30 }, 'year', 'start')).toThrow(RangeError)
  })

  test('other types are TypeErrors', () => {
    for (const value of [null, undefined, () => 0, new Date(), [1]]) {
      expect(() => toMoment(value as unknown as string, 'day', 'start')).toThrow(TypeError)
    }
  })
})

describe('printMoment', () => {
  test.each([
    ['day', '07:00', '07:00'],
    ['day', '7 am', '07:00'],
    ['day', '22:15:30.25', '22:15:30.250'],
    ['hour', '15:30', '15:30'],
    ['minute', '5', '05'],
    ['week', 'monday', 'Mon'],
    ['month', '22.', '22nd'],
    ['month', '11', '11th'],
    ['month', 'third Wed 10:00', '3rd Wed 10:00'],
    ['year', 'december 24', 'Dec 24th'],
  ] as const)('of the %s: %s is printed %s', (unit, text, words) => {
    expect(printMoment(toMoment(text, unit, 'start'), unit, 'start')).toBe(words)
  })
})
