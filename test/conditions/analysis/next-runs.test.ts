/** Prediction of the runs that time alone causes. */
import { describe, expect, test } from '@jest/globals'
import {
  afterSuccess,
  always,
  atMostRuns,
  type Condition,
  condition,
  cron,
  daily,
  every,
  hourly,
  nextRuns,
  once,
  timeOfDay,
} from '../../../src/conditions/index.ts'
import { type Happening, TableFacts } from '../../support/table-facts.ts'

const start = Date.parse('2026-11-24T10:30:00Z')

function runsOf(schedule: Condition, n: number, rows: readonly Happening[] = [], zone = 'UTC'): string[] {
  const session = new TableFacts({ now: start, zone, task: 'me', tasks: ['me', 'other'] }, rows)
  const factsAt = (at?: number) => session.facts({ task: 'me', ...(at === undefined ? {} : { at }) })
  return nextRuns(schedule.node, factsAt, n).map((at) => new Date(at).toISOString().replace('.000Z', ''))
}

describe('nextRuns()', () => {
  test('of a cycle: now, and then as each begins', () => {
    expect(runsOf(hourly, 3)).toEqual(['2026-11-24T10:30:00', '2026-11-24T11:00:00', '2026-11-24T12:00:00'])
    expect(runsOf(daily.at('07:00'), 2)).toEqual(['2026-11-25T07:00:00', '2026-11-26T07:00:00'])
  })

  test('of a daily task that has run begins tomorrow', () => {
    const done: Happening = { task: 'me', action: 'success', at: start - 1000 }
    expect(runsOf(daily, 2, [done])).toEqual(['2026-11-25T00:00:00', '2026-11-26T00:00:00'])
  })

  test('of every measures from the run before, real or expected', () => {
    const run: Happening = { task: 'me', action: 'run', at: start - 240_000 }
    expect(runsOf(every('10 minutes'), 3, [run])).toEqual([
      '2026-11-24T10:36:00',
      '2026-11-24T10:46:00',
      '2026-11-24T10:56:00',
    ])
  })

  test('of cron and a window: the occurrences inside', () => {
    expect(runsOf(cron('0 */4 * * *').and(timeOfDay.after('12:00')), 4)).toEqual([
      '2026-11-24T12:00:00',
      '2026-11-24T16:00:00',
      '2026-11-24T20:00:00',
      '2026-11-25T12:00:00',
    ])
  })

  test('reads the calendar in the zone of the task', () => {
    expect(runsOf(daily.at('09:00'), 1, [], 'Europe/Helsinki')).toEqual(['2026-11-25T07:00:00'])
  })

  test('ends where a schedule ends', () => {
    expect(runsOf(once('2026-12-24 18:00'), 5)).toEqual(['2026-12-24T18:00:00'])
    expect(runsOf(hourly.and(atMostRuns(2)), 5)).toHaveLength(2)
    expect(runsOf(afterSuccess('other'), 5)).toEqual([])
  })

  test('counts a condition that stays true once, and evaluates a function once', () => {
    let calls = 0
    const asks = condition(() => {
      calls += 1
      return true
    })
    expect(runsOf(always, 5)).toEqual(['2026-11-24T10:30:00'])
    const session = new TableFacts({
      now: start,
      task: 'me',
      predicate: (node) => ({ value: (node.source as () => boolean)(), pending: false }),
    })
    expect(
      nextRuns(hourly.and(asks).node, (at) => session.facts({ task: 'me', at: at ?? start }), 4),
    ).toHaveLength(4)
    expect(calls).toBe(1)
  })
})
