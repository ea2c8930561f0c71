import { describe, expect, test } from '@jest/globals'
import { cron, daily, every, lapsesAt, missedBetween, parse } from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'
import { TableFacts } from '../../support/table-facts.ts'

const minute = 60_000

describe('missedBetween', () => {
  const { node } = cron('*/15 * * * *')

  test('missedBetween returns the past occurrences without a start', () => {
    const rows = [{ task: 'me', action: 'run', at: noon - 30 * minute }] as const
    const facts = new TableFacts({ now: noon, task: 'me' }, rows).facts()
    const starts = missedBetween(node, facts, noon - 45 * minute).map(({ start }) => (start - noon) / minute)
    // The current occurrence still holds, and the one at -30 had a run.
    expect(starts).toEqual([-45, -15])
  })

  test('missedBetween returns at most a thousand, and none for conditions without a schedule', () => {
    const facts = new TableFacts({ now: noon, task: 'me' }).facts()
    const all = missedBetween(node, facts, noon - 365 * 1440 * minute)
    expect(all).toHaveLength(1000)
    expect(all.at(-1)!.start).toBe(noon - 15 * minute)
    expect(missedBetween(every('10 minutes').node, facts, 0)).toEqual([])
  })

  test('missedBetween returns cycles except those that another time of the condition excludes', () => {
    // Noon is on a weekday; ten days hold at least one weekend.
    const since = noon - 10 * 1440 * minute
    const facts = new TableFacts({ now: noon, task: 'me' }).facts()
    expect(missedBetween(daily.node, facts, since)).toHaveLength(10)
    const workdays = parse('daily & time of week between Mon and Fri')
    const starts = missedBetween(workdays.node, facts, since).map(({ start }) => new Date(start).getUTCDay())
    expect(starts).not.toContain(6)
    expect(starts.length).toBeLessThan(10)
    expect(starts.length).toBeGreaterThan(5)
  })

  test('missedBetween returns each occurrence of every branch once', () => {
    const facts = new TableFacts({ now: noon, task: 'me' }).facts()
    const node = parse('daily at 08:00 | daily at 10:00').node
    const hours = missedBetween(node, facts, noon - 720 * minute).map(({ start }) =>
      new Date(start).getUTCHours(),
    )
    expect(hours).toEqual([8, 10])
  })

  test('lapsesAt is the end of the current occurrence, or of the next one', () => {
    expect(lapsesAt(daily.node, noon, 'UTC')).toBe(noon + 720 * minute)
    expect(lapsesAt(parse('daily at 13:00').node, noon, 'UTC')).toBe(noon + 120 * minute)
    expect(lapsesAt(every('10 minutes').node, noon, 'UTC')).toBe(Number.POSITIVE_INFINITY)
  })
})
