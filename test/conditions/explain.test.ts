import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  condition as custom,
  type Explanation,
  explain,
  holds,
  parse,
  printExplanation,
  retry,
  wakesAt,
} from '../../src/conditions/index.ts'
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

describe('explain tells in a sentence what is so', () => {
  const minute = 60_000
  const rows = [
    { task: 'me', action: 'run', at: noon - 30 * 60 * minute, runId: 'r0' },
    { task: 'fetch', action: 'fail', at: noon - 80 * minute },
    { task: 'fetch', action: 'success', at: noon - 5 * minute },
    { task: 'me', action: 'run', at: noon - 3 * minute, runId: 'r1' },
    { task: 'me', action: 'fail', at: noon - 2 * minute, runId: 'r1' },
  ] as const
  const facts = new TableFacts(
    {
      now: noon,
      task: 'me',
      tasks: ['me', 'fetch', 'slow'],
      running: { slow: [noon - 200_500] },
      startedAt: noon - 100 * minute,
      cycles: 1,
      params: { env: 'prod' },
    },
    rows,
  ).facts()
  const sentences = ({ sentence, children }: Explanation): string[] => [
    sentence,
    ...children.flatMap(sentences),
  ]

  test.each([
    [
      'every 10 minutes',
      "task 'me' has started once in the past 10 minutes (it must not have); last at 2026-11-24 11:57",
    ],
    ['daily', "task 'me' has finished once between 2026-11-24 00:00:00 UTC and 2026-11-25 00:00:00 UTC"],
    ['daily after 14:00', 'now is outside; it begins 2026-11-24 14:00:00 UTC'],
    ['cron 0 9 * * *', 'that of 2026-11-24 09:00:00 UTC lapsed without a run'],
    ['cron 0 9 * * * with grace 4 hours', 'now is inside, until 2026-11-24 13:00:00 UTC'],
    [
      "after task 'fetch'",
      "task 'fetch' succeeded at 2026-11-24 11:55:00 UTC, but this task has started since",
    ],
    ["after task 'slow' terminated", "task 'slow' has not terminated yet"],
    ["task 'fetch' has failed today at least 3 times", 'has failed once between 2026-11-24 00:00:00 UTC'],
    ["task 'fetch' has failed today at least 3 times", '(asked for: at least 3)'],
    ["task 'slow' is running", "task 'slow' runs now: one run, for 3 minutes 20 seconds"],
    ["task 'fetch' is running", "task 'fetch' does not run now"],
    ['retry 3 times after 5 minutes', 'backing off after 1 failure in a row, for 3 minutes more'],
    ['retry 3 times', 'retry 1 is due'],
    ['scheduler has run over 2 hours', 'the session has run for 1 hour 40 minutes, one cycle'],
    ["env 'test'", "param 'env' has another value"],
    ["param 'env' is 'prod'", "param 'env' has that value"],
    ["param 'x' exists", "param 'x' is not set"],
    [
      'once at 2026-11-20',
      "finished: task 'me' has started 2 times, and may no more; last at 2026-11-24 11:57:00 UTC",
    ],
    ['once at 2026-11-20', 'now is inside, without end'],
    ['once at 2026-12-24 18:00', 'now is outside; it begins 2026-12-24 18:00:00 UTC'],
    ['hourly & at most 1 run', "finished: task 'me' has started 2 times, and may no more"],
    ['until 2026-11-01', 'now is outside, and it does not come again'],
    ["during 'yesterday'", 'now is outside'],
    ['in 10 minutes', 'it is reckoned from when a task is given it, and none was'],
    ['never', 'it never holds: it runs only by hand'],
    ['~daily', 'what it denies does not hold'],
    ['daily | true', '1 of 2 hold'],
    ['daily & false', '2 of 2 do not hold'],
  ])('explain of %s: %s', (text, told) => {
    expect(sentences(explain(parse(text).node, facts)).join('\n')).toContain(told)
  })

  test('explain of a custom condition has its args and what it said', () => {
    const isFull = custom('disk {name} is full', () => true)
    const around = {
      now: noon,
      task: 'me',
      predicate: () => ({ value: false, pending: false, error: new Error('torn') }),
    }
    const { node } = isFull({ name: 'a' })
    expect(explain(node, new TableFacts(around).facts())).toMatchObject({
      statement: 'disk a is full',
      sentence: 'it failed: torn',
      evidence: { args: { name: 'a' }, value: false, error: 'torn' },
    })
  })

  test('explain never shows the value of a param', () => {
    const told = JSON.stringify(explain(parse("env 'test' & param 'env' exists").node, facts))
    expect(told).not.toContain('prod')
  })
})

test('printExplanation: a line for each condition, parts indented, with the mark of what holds', () => {
  const text = printExplanation(explain(parse('true & ~true | never').node, factsOf()), 'UTC')
  const lines = text.split('\n')
  expect(lines[0]).toMatch(/^✗ /)
  expect(lines.slice(1).every((line) => /^ {2,}[✓✗] /.test(line))).toBe(true)
  expect(lines.some((line) => line.trim().startsWith('✓ true'))).toBe(true)
})
