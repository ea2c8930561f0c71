/** Once at a date, from and until dates, at most so many runs. */
import { describe, expect, test } from '@jest/globals'
import {
  atMostRuns,
  type Condition,
  daily,
  explain,
  from,
  once,
  parse,
  printExplanation,
  until,
} from '../../src/conditions/index.ts'
import { type Happening, TableFacts } from '../support/table-facts.ts'

function sessionAt(now: string, runs: readonly string[] = [], zone = 'Europe/Helsinki'): TableFacts {
  const rows = runs.map((run): Happening => ({ task: 'me', action: 'run', at: Date.parse(run) }))
  return new TableFacts({ now: Date.parse(now), zone, task: 'me' }, rows)
}

const isTrue = (condition: Condition, session: TableFacts) => condition.holds({ session, task: 'me' })

describe('once()', () => {
  // 18:00 in Helsinki is 16:00 UTC in winter.
  test('holds from the date on, as the clock of the task shows it, until the task has started', () => {
    const gift = once('2026-12-24 18:00')
    expect(isTrue(gift, sessionAt('2026-12-24T15:59:59Z'))).toBe(false)
    expect(isTrue(gift, sessionAt('2026-12-24T16:00:00Z'))).toBe(true)
    expect(isTrue(gift, sessionAt('2026-12-24T16:00:00Z', [], 'UTC'))).toBe(false)
    expect(isTrue(gift, sessionAt('2027-03-01T00:00:00Z', ['2026-12-24T16:00:01Z']))).toBe(false)
  })

  test('a run before the date does not use it up', () => {
    expect(
      isTrue(once('2026-12-24 18:00'), sessionAt('2026-12-24T16:00:00Z', ['2026-12-20T10:00:00Z'])),
    ).toBe(true)
  })

  test('says when it is finished', () => {
    const session = sessionAt('2027-01-01T00:00:00Z', ['2026-12-24T16:00:01Z'])
    const told = printExplanation(explain(once('2026-12-24 18:00').node, session.facts()), 'UTC')
    expect(told).toContain("finished: task 'me' has started once")
  })
})

describe('from() and until()', () => {
  test('from() includes its date, until() excludes it', () => {
    expect(isTrue(from('2027-01-01'), sessionAt('2026-12-31T21:59:59Z'))).toBe(false)
    expect(isTrue(from('2027-01-01'), sessionAt('2026-12-31T22:00:00Z'))).toBe(true)
    expect(isTrue(until('2027-01-01'), sessionAt('2026-12-31T21:59:59Z'))).toBe(true)
    expect(isTrue(until('2027-01-01'), sessionAt('2026-12-31T22:00:00Z'))).toBe(false)
  })

  test('a date that is none is an error at the door', () => {
    expect(() => from('2026-02-30')).toThrow(RangeError)
    expect(() => once('soon')).toThrow(RangeError)
    expect(() => parse('once at 2026-02-30')).toThrow(/once at 2026-02-30/)
  })
})

describe('atMostRuns()', () => {
  test('holds while fewer runs have started', () => {
    const runs = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
    expect(isTrue(daily.and(atMostRuns(3)), sessionAt('2026-01-03T00:00:00Z', runs))).toBe(true)
    expect(isTrue(daily.and(atMostRuns(2)), sessionAt('2026-01-03T00:00:00Z', runs))).toBe(false)
    expect(() => atMostRuns(0)).toThrow(RangeError)
  })
})

test.each([
  'once at 2026-12-24 18:00',
  'once at 2026-12-24 18:00 in Asia/Tokyo',
  'once at 2026-12-24 16:00Z',
  'hourly & from 2026-01-01 & until 2027-01-01 12:00',
  'every 10 minutes & at most 5 runs',
  'at most 1 run',
])('parse() reads %j and prints the same', (text) => {
  expect(String(parse(text))).toBe(text)
  expect(parse(String(parse(text))).node).toEqual(parse(text).node)
})
