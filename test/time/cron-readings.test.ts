/** The readings of an expression, compared with those of croner. */
import { describe, expect, test } from '@jest/globals'
import { Cron } from 'croner'
import fc from 'fast-check'
import { readCron } from '../../src/time/rules/cron-fields.ts'
import { CronReadings } from '../../src/time/rules/cron-readings.ts'
import { checkProperty } from '../support/property.ts'

const cronerOf = (pattern: string): Cron => new Cron(pattern, { utcOffset: 0, paused: true, mode: '6-part' })

function walk(expression: string, from: number, count: number): void {
  const { pattern } = readCron(expression)
  const readings = new CronReadings(pattern)
  const croner = cronerOf(pattern)
  let at = from
  for (let n = 0; n < count; n++) {
    const next = readings.after(at)
    expect([expression, at, next]).toEqual([expression, at, croner.nextRun(new Date(at))?.getTime() ?? null])
    if (next === null) break
    at = next
  }
  at = from
  for (let n = 0; n < count; n++) {
    const before = readings.before(at)
    const expected = croner.previousRuns(1, new Date(at))[0]?.getTime() ?? null
    expect([expression, at, before]).toEqual([expression, at, expected])
    if (before === null) break
    at = before
  }
}

const field = (low: number, high: number, specials: readonly string[] = []): fc.Arbitrary<string> => {
  const value = fc.integer({ min: low, max: high })
  const part = fc.oneof(
    { weight: 3, arbitrary: value.map(String) },
    fc.tuple(value, value).map(([from, to]) => `${from}-${to}`),
    fc.tuple(value, fc.integer({ min: 1, max: 20 })).map(([from, step]) => `${from}/${step}`),
    fc.integer({ min: 1, max: 20 }).map((step) => `*/${step}`),
    ...(specials.length === 0 ? [] : [{ weight: 2, arbitrary: fc.constantFrom(...specials) }]),
  )
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: part },
    fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => parts.join(',')),
  )
}

const expressions = fc
  .tuple(
    fc.option(field(0, 59), { nil: undefined }),
    field(0, 59),
    field(0, 23),
    field(1, 31, ['L', 'LW', '1W', '15W', '30W', '31W']),
    field(1, 12),
    field(0, 6, ['0L', '5L', '1#1', '3#3', '6#5', '2#L']),
  )
  .map((fields) => fields.filter((each) => each !== undefined).join(' '))

/** A century around today, to the ms. */
const instants = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2070, 0, 1) })

describe('CronReadings', () => {
  test('returns the same readings as croner', () => {
    checkProperty(
      fc.property(expressions, instants, (expression, at) => {
        // croner supports no list with `LW`.
        fc.pre(!/LW,|,LW/.test(expression))
        walk(expression, at, 6)
      }),
      { runs: 300 },
    )
  })

  test.each([
    '* * * * * *',
    '0 0 1 1 *',
    '59 59 23 31 12 *',
    '0 0 29 2 *',
    '0 0 * 2 5#5',
    '0 0 31W * *',
    '0 0 1W * *',
    '0 0 LW 2 *',
    '0 0 L,15 * MON',
    '30,29 * * * *',
    '0 30,59 * * * *',
  ])('%s, from the corners of the calendar', (expression) => {
    for (const at of [
      Date.UTC(2024, 1, 29),
      Date.UTC(2024, 1, 29) - 1,
      Date.UTC(2025, 11, 31, 23, 59, 59, 999),
      Date.UTC(2026, 0, 1),
      Date.UTC(2026, 0, 1, 0, 0, 0, 1),
      Date.UTC(2096, 1, 29),
      -1,
      0,
      999,
      -Date.UTC(2030, 5, 5, 5, 5, 5),
    ])
      walk(expression, at, expression.includes('2 ') ? 2 : 5)
  })

  test('the last weekday works in a list', () => {
    const readings = new CronReadings(readCron('0 0 15,LW 5 *').pattern)
    const first = readings.after(Date.UTC(2026, 0, 1))!
    expect([first, readings.after(first)]).toEqual([Date.UTC(2026, 4, 15), Date.UTC(2026, 4, 29)])
  })

  test('a day that no month has is not found, in either direction and at the limits of dates', () => {
    for (const expression of ['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 31W 2 *']) {
      const readings = new CronReadings(readCron(expression).pattern)
      for (const at of [0, 8.64e15, -8.64e15]) {
        expect(readings.after(at)).toBeNull()
        expect(readings.before(at)).toBeNull()
      }
    }
    const always = new CronReadings(readCron('* * * * *').pattern)
    expect(always.after(8.64e15)).toBeNull()
    expect(always.before(-8.64e15)).toBeNull()
  })
})
