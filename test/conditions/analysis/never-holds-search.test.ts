/** Contradictions that take a long search. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { neverHoldsInSteps } from '../../../src/conditions/analysis/never-holds.ts'
import { daily, holds, neverHolds, parse } from '../../../src/conditions/index.ts'
import { condition, happenings, noon } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { TableFacts } from '../../support/table-facts.ts'

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

test.each([
  ['daily before 08:00 & daily after 20:00', "'daily before 08:00' and 'daily after 20:00' do not meet"],
  ['daily after 08:00 & ~time of day after 07:00', "'~time of day after 07:00' do not meet"],
  ['every 10 minutes between 08:00 and 16:00 & daily before 08:00', 'do not meet'],
  ["during '(time of day before 08:00 & time of day after 20:00) in Asia/Tokyo'", 'at no time'],
  ["hourly & during 'time of day before 08:00 & time of day after 20:00'", 'at no time'],
  ['time of day before 08:00 for 1 hour & time of day after 09:00', 'do not meet'],
])('neverHolds of %j: %j', (text, expected) => {
  expect(neverHolds(parse(text).node, 'Europe/Helsinki', noon)).toContain(expected)
})

test('neverHolds is right: a reported condition holds at no instant', () => {
  const hours = fc.integer({ min: 0, max: 24 * 40 * 60 }).map((minutes) => noon + minutes * 60_000)
  let found = 0
  checkProperty(
    fc.property(condition, happenings, fc.array(hours, { maxLength: 5 }), ({ node }, rows, instants) => {
      if (neverHolds(node, 'UTC', noon) === null) return
      found += 1
      for (const now of instants) {
        const around = { now, task: 'this', startedAt: noon, params: { go: 'yes' } }
        expect(holds(node, new TableFacts(around, rows).facts())).toBe(false)
      }
    }),
    { runs: 1000, examples: [[parse('daily before 08:00 & daily after 20:00'), [], [noon]]] },
  )
  expect(found).toBeGreaterThan(0)
})
