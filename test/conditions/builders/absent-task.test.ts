/** Conditions on a task that the session lacks: none of them holds. */
import { describe, expect, test } from '@jest/globals'
import { afterSuccess, type Condition, failed, not, running, started } from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'
import { TableFacts } from '../../support/table-facts.ts'

const session = new TableFacts({ now: noon, task: 'this', tasks: ['this', 'fetch'] })

describe('a condition about a task that is not in the session', () => {
  const cases: readonly [string, (task: string) => Condition][] = [
    ['exactly(0)', (task) => failed(task).exactly(0)],
    ['lessThan(3)', (task) => started(task).today.lessThan(3)],
    ['count.lessThan(1)', (task) => running(task).count.lessThan(1)],
  ]

  test.each(cases)('does not hold for %s, and does for one that is', (_, about) => {
    expect(about('fetch').holds({ session, task: 'this' })).toBe(true)
    expect(about('fecth').holds({ session, task: 'this' })).toBe(false)
  })

  test('does not hold for afterSuccess(), although a removed task left records', () => {
    const left = new TableFacts({ now: noon, task: 'this', tasks: ['this', 'old'] }, [
      { task: 'old', action: 'success', at: noon - 1 },
    ])
    const facts = left.facts()
    const without = { ...facts, has: (task: string) => task === 'this' }
    const removed = { facts: () => without }
    expect(afterSuccess('old').holds({ session: left, task: 'this' })).toBe(true)
    expect(afterSuccess('old').holds({ session: removed, task: 'this' })).toBe(false)
    expect(not(afterSuccess('old')).holds({ session: removed, task: 'this' })).toBe(true)
  })
})
