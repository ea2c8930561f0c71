import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { explain, holds, parse, printExplanation, retry, wakesAt } from '../../src/conditions/index.ts'
import { TableFacts } from '../support/table-facts.ts'
import { condition, happenings, noon } from './trees.ts'

const factsOf = (rows: ConstructorParameters<typeof TableFacts>[1] = []) =>
  new TableFacts({ now: noon, task: 'this', tasks: ['this', 'fetch'] }, rows).facts()

test('explain: agrees with holds and wakesAt, whatever the condition and the history', () => {
  fc.assert(
    fc.property(condition, happenings, ({ node }, rows) => {
      const facts = new TableFacts({ now: noon, task: 'this', tasks: ['this', 'other'] }, rows).facts()
      const told = explain(node, facts)
      expect(told.holds).toBe(holds(node, facts))
      expect(told.changesAt ?? Number.POSITIVE_INFINITY).toBe(wakesAt(node, facts))
      expect(told.sentence).not.toBe('')
    }),
    { seed: 7, numRuns: 1000 },
  )
})

test('explain: the evidence of a dependence is its record', () => {
  const at = noon - 60_000
  const { evidence, holds: isTrue } = explain(
    parse("after task 'fetch' succeeded").node,
    factsOf([{ task: 'fetch', action: 'success', at, runId: 'r1' }]),
  )
  expect(isTrue).toBe(true)
  expect(evidence).toMatchObject({ task: 'fetch', record: { action: 'success', at, runId: 'r1' } })
})

test('explain: an unknown task is told with what is near', () => {
  const told = explain(parse("after task 'fetsh' succeeded").node, factsOf())
  expect(told.holds).toBe(false)
  expect(told.evidence).toEqual({ unknownTask: 'fetsh', near: ['fetch'] })
  expect(told.sentence).toContain("no task 'fetsh'")
})

test('explain: a period outside says when it begins', () => {
  const told = explain(parse('time of day after 14:00').node, factsOf())
  expect(told.changesAt).toBe(noon + 2 * 3_600_000)
  expect(told.sentence).toContain('2026-11-24 14:00:00')
})

test('explain: used-up retries are said to be used up', () => {
  const failures = [1, 2, 3].map((minutes) => ({ task: 'this', action: 'fail' as const, at: noon - minutes }))
  expect(explain(retry(2).node, factsOf(failures)).sentence).toBe('all 2 retries are used up')
})

test('printExplanation: a line for each condition, parts indented, with the mark of what holds', () => {
  const text = printExplanation(explain(parse('true & ~true | never').node, factsOf()), 'UTC')
  const lines = text.split('\n')
  expect(lines[0]).toMatch(/^✗ /)
  expect(lines.slice(1).every((line) => /^ {2,}[✓✗] /.test(line))).toBe(true)
  expect(lines.some((line) => line.trim().startsWith('✓ true'))).toBe(true)
})
