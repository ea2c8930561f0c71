/** History of missed occurrences, as the log notes them. */
import { describe, expect, test } from '@jest/globals'
import { missed, parse } from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'
import { TableFacts } from '../../support/table-facts.ts'

const session = new TableFacts({ now: noon, task: 'me', tasks: ['me', 'other'] }, [
  { task: 'me', action: 'missed', at: noon - 3_600_000 },
])

describe('missed', () => {
  test('holds for occurrences missed in its window, and counts no run', () => {
    expect(missed.holds({ session, task: 'me' })).toBe(true)
    expect(missed.today.exactly(1).holds({ session, task: 'me' })).toBe(true)
    expect(missed.thisHour.holds({ session, task: 'me' })).toBe(false)
    expect(missed('other').holds({ session, task: 'me' })).toBe(false)
  })

  test('prints and is parsed back', () => {
    expect(String(missed('other').today)).toBe("task 'other' has missed today")
    expect(parse("task 'other' has missed today").node).toEqual(missed('other').today.node)
  })
})
