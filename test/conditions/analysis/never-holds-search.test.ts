/** Contradictions that take a long search. */
import { expect, test } from '@jest/globals'
import { neverHoldsInSteps } from '../../../src/conditions/analysis/never-holds.ts'
import { daily, neverHolds, parse } from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'

test('neverHolds reports two lists of times that do not meet', () => {
  const start = parse('daily at 08:00, 12:00 & daily at 10:00, 14:00')
  expect(neverHolds(start.node, 'Europe/Helsinki', noon)).toContain('do not meet')
})

test('a known contradiction is not searched again within the hour, but later and for earlier instants', () => {
  const stepsOf = (start: ReturnType<typeof parse>, now: number): number => {
    const search = neverHoldsInSteps(start.node, 'Asia/Tokyo', now)
    let steps = 1
    while (search.next().done !== true) steps += 1
    return steps
  }
  const start = daily.before('08:00').and(daily.after('20:00'))
  const searched = stepsOf(start, noon)
  expect(searched).toBeGreaterThan(1)
  expect(stepsOf(parse(String(start)), noon + 60_000)).toBe(1)
  expect(stepsOf(start, noon + 3_600_000)).toBeGreaterThan(1)
  expect(stepsOf(start, noon)).toBeGreaterThan(1)
})
