import { describe, expect, test } from '@jest/globals'
import { cron, daily, missedBetween } from '../../src/conditions/index.ts'
import { TableFacts } from '../support/table-facts.ts'
import { noon } from './trees.ts'

const minute = 60_000

describe('missedBetween', () => {
  const { node } = cron('*/15 * * * *')

  test('missedBetween gives the occurrences that are over and in which nothing started', () => {
    const rows = [{ task: 'me', action: 'run', at: noon - 30 * minute }] as const
    const facts = new TableFacts({ now: noon, task: 'me' }, rows).facts()
    const starts = missedBetween(node, facts, noon - 45 * minute).map(({ start }) => (start - noon) / minute)
    // The one of now still holds, the one at -30 was kept.
    expect(starts).toEqual([-45, -15])
  })

  test('missedBetween tells of at most a thousand, and of none without a cron', () => {
    const facts = new TableFacts({ now: noon, task: 'me' }).facts()
    const all = missedBetween(node, facts, noon - 365 * 1440 * minute)
    expect(all).toHaveLength(1000)
    expect(all.at(-1)!.start).toBe(noon - 15 * minute)
    expect(missedBetween(daily.node, facts, 0)).toEqual([])
  })
})
