/** Combinations in which one part alone determines the result wait only for that part. */
import { describe, expect, test } from '@jest/globals'
import { all, any, condition, daily, minutely, not, wakesAt } from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'
import { TableFacts } from '../../support/table-facts.ts'

const done = new TableFacts({ now: noon, task: 'this' }, [
  { task: 'this', action: 'success', at: noon - 3_600_000 },
])
const tomorrow = Date.UTC(2026, 10, 25)

describe('wakesAt() of combinations', () => {
  test('all() waits for a part that is false, and calls no function for it', () => {
    let calls = 0
    const asks = condition(() => {
      calls += 1
      return true
    })
    expect(wakesAt(all(asks, daily, minutely).node, done.facts())).toBe(tomorrow)
    expect(calls).toBe(0)
  })

  test('any() waits for a part that is true', () => {
    const fresh = new TableFacts({ now: noon, task: 'this' })
    expect(wakesAt(any(minutely, daily).node, fresh.facts())).toBe(noon + 60_000)
    expect(wakesAt(any(not(daily), daily).node, fresh.facts())).toBe(tomorrow)
    expect(wakesAt(any(daily, minutely).node, fresh.facts())).toBe(tomorrow)
  })

  test('all() waits for the earliest while every part holds', () => {
    const fresh = new TableFacts({ now: noon, task: 'this' })
    expect(wakesAt(all(daily, minutely).node, fresh.facts())).toBe(noon + 60_000)
  })
})
