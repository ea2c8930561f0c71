/** Schedule limits: once at a date, from and until dates, a maximum number of runs. */
import { describe, expect, test } from '@jest/globals'
import {
  atMostRuns,
  type Condition,
  cron,
  daily,
  during,
  explain,
  from,
  once,
  onceIn,
  parse,
  printExplanation,
  toCondition,
  until,
} from '../../../src/conditions/index.ts'
import { StatementError } from '../../../src/errors/statement-error.ts'
import { createApp } from '../../../src/index.ts'
import { TestClock } from '../../../src/testing.ts'
import { silent } from '../../support/silent.ts'
import { type Happening, TableFacts } from '../../support/table-facts.ts'

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

  test('explains that it is finished', () => {
    const session = sessionAt('2027-01-01T00:00:00Z', ['2026-12-24T16:00:01Z'])
    const text = printExplanation(
      explain(once('2026-12-24 18:00').node, session.facts()),
      'UTC',
      session.facts().now,
    )
    expect(text).toContain('and may start once at most')
  })
})

describe('onceIn()', () => {
  test('counts from when a task receives it, on the clock of the session', async () => {
    const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
    const app = createApp({ clock, timezone: 'UTC', logger: silent })
    const runs: string[] = []
    const note = (run: string) => () => void runs.push(`${run} ${app.session.now().toFormat('HH:mm:ss')}`)
    const made = onceIn('10 minutes')
    app.task('first', 'in 10 minutes', note('first'))
    await app.start()
    await clock.advance('4 minutes')
    app.task('second', made, note('second'))
    expect(app.session.task('second').explain().condition.statement).toBe('once at 2026-11-24 12:14Z')
    app.session.restart()
    await clock.advance('2 hours')
    expect(runs).toEqual(['first 12:10:00', 'second 12:14:00'])
    await clock.advance('2 hours')
    expect(runs).toHaveLength(2)
    app.session.shutDown()
    await app.session.stopped
  })

  test('without a session it never holds, and its negation does not imply that it does', () => {
    const session = sessionAt('2026-12-24T15:00:00Z')
    expect(isTrue(onceIn('0 seconds'), session)).toBe(false)
    expect(isTrue(onceIn('1 minute').not(), session)).toBe(true)
    expect(() => onceIn('-1 minute')).toThrow(RangeError)
  })

  test('toCondition resolves it at any position', () => {
    const noon = { now: () => Date.UTC(2026, 11, 24, 12) }
    expect(String(toCondition('daily & ~(in 10 minutes | in PT1H)', undefined, noon))).toBe(
      'daily & ~(once at 2026-12-24 12:10Z | once at 2026-12-24 13:00Z)',
    )
  })
})

describe('during()', () => {
  test('holds in any period, also as text', () => {
    const office = during('time of day between 08:00 and 16:00 | time of week on Sat')
    expect(isTrue(office, sessionAt('2026-12-24T06:30:00Z'))).toBe(true)
    expect(isTrue(office, sessionAt('2026-12-24T05:30:00Z'))).toBe(false)
    expect(() => during('sometimes')).toThrow(StatementError)
    expect(() => during(5 as never)).toThrow(TypeError)
  })
})

describe('a zone of a group', () => {
  test('applies to all parts except those with a zone', () => {
    expect(String(parse('(daily after 07:00 | weekly in UTC) in Asia/Tokyo & hourly'))).toBe(
      '(daily after 07:00 in Asia/Tokyo | weekly in UTC) & hourly',
    )
  })
})

describe('cron with grace', () => {
  const nine = cron('0 9 * * *', { grace: '2 hours' })
  test('holds until the grace period ends, while no run has started since', () => {
    expect(isTrue(nine, sessionAt('2026-11-24T10:59:59Z', [], 'UTC'))).toBe(true)
    expect(isTrue(nine, sessionAt('2026-11-24T11:00:00Z', [], 'UTC'))).toBe(false)
    expect(isTrue(nine, sessionAt('2026-11-24T10:00:00Z', ['2026-11-24T09:30:00Z'], 'UTC'))).toBe(false)
  })
})

describe('from() and until()', () => {
  test('from() includes its date, until() excludes it', () => {
    expect(isTrue(from('2027-01-01'), sessionAt('2026-12-31T21:59:59Z'))).toBe(false)
    expect(isTrue(from('2027-01-01'), sessionAt('2026-12-31T22:00:00Z'))).toBe(true)
    expect(isTrue(until('2027-01-01'), sessionAt('2026-12-31T21:59:59Z'))).toBe(true)
    expect(isTrue(until('2027-01-01'), sessionAt('2026-12-31T22:00:00Z'))).toBe(false)
  })

  test('an invalid date is an error of the call', () => {
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
