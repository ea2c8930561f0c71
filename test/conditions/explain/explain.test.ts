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
} from '../../../src/conditions/index.ts'
import { condition, happenings, noon } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { TableFacts } from '../../support/table-facts.ts'

const factsOf = (rows: ConstructorParameters<typeof TableFacts>[1] = []) =>
  new TableFacts({ now: noon, task: 'this', tasks: ['this', 'fetch'] }, rows).facts()

test('explain: agrees with holds and wakesAt for any condition and history', () => {
  checkProperty(
    fc.property(condition, happenings, ({ node }, rows) => {
      const facts = new TableFacts({ now: noon, task: 'this', tasks: ['this', 'other'] }, rows).facts()
      const explanation = explain(node, facts)
      expect(explanation.holds).toBe(holds(node, facts))
      expect(explanation.changesAt ?? Number.POSITIVE_INFINITY).toBe(wakesAt(node, facts))
      expect(explanation.sentence).not.toBe('')
    }),
    { runs: 1000 },
  )
})

test('explain: the evidence of a dependency is its record', () => {
  const at = noon - 60_000
  const { evidence, holds: isTrue } = explain(
    parse("after task 'fetch' succeeded").node,
    factsOf([{ task: 'fetch', action: 'success', at, runId: 'r1' }]),
  )
  expect(isTrue).toBe(true)
  expect(evidence).toMatchObject({ task: 'fetch', record: { action: 'success', at, runId: 'r1' } })
})

test('explain: an unknown task is reported with similar names', () => {
  const explanation = explain(parse("after task 'fetsh' succeeded").node, factsOf())
  expect(explanation.holds).toBe(false)
  expect(explanation.evidence).toEqual({ unknownTask: 'fetsh', near: ['fetch'] })
  expect(explanation.sentence).toContain("no task 'fetsh'")
})

test('explain: outside a period, its beginning is shown', () => {
  const explanation = explain(parse('time of day after 14:00').node, factsOf())
  expect(explanation.changesAt).toBe(noon + 2 * 3_600_000)
  expect(explanation.sentence).toContain('which begins at 14:00')
})

test('explain: used-up retries are reported as used up', () => {
  const failures = [1, 2, 3].map((minutes) => ({ task: 'this', action: 'fail' as const, at: noon - minutes }))
  expect(explain(retry(2).node, factsOf(failures)).sentence).toBe(
    "task 'this' failed 3 times in a row; all 2 retries are used up",
  )
})

describe('explain describes the state in a sentence', () => {
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
    ['every 10 minutes', "task 'me' last started at 11:57, less than 10 minutes ago; that is over at 12:07"],
    ['daily', "task 'me' has already finished at 11:58, which counts until 2026-11-25 00:00"],
    ['daily after 14:00', "the time is outside 'time of day after 14:00', which begins at 14:00"],
    ['cron 0 9 * * *', 'which is next at 2026-11-25 09:00; the time at 09:00 passed without a run'],
    ['cron 0 9 * * * with grace 4 hours', 'until 13:00'],
    [
      "after task 'fetch'",
      "task 'fetch' succeeded at 11:55, but this task has started since, at 11:57; this waits for its next success",
    ],
    ["after task 'slow' terminated", "task 'slow' is running since 11:56:39; this waits for its termination"],
    [
      "task 'fetch' has failed today at least 3 times",
      'has failed once between 00:00 and 2026-11-25 00:00, last at 10:40',
    ],
    ["task 'fetch' has failed today at least 3 times", '; it must be at least 3 times'],
    ["task 'slow' is running", "task 'slow' is running: 1 run, for 3 minutes 20 seconds"],
    ["task 'fetch' is running", "task 'fetch' is not running"],
    ['retry 3 times after 5 minutes', "task 'me' failed; retry 1 of 3 is due at 12:03, in 3 minutes"],
    ['retry 3 times', "task 'me' failed; retry 1 of 3 is due now"],
    [
      'scheduler has run over 2 hours',
      'the session has run for 1 hour 40 minutes (required: more than 2 hours)',
    ],
    ["env 'test'", "param 'env' has a value other than"],
    ["param 'env' is 'prod'", "param 'env' has the required value"],
    ["param 'x' exists", "param 'x' is not set"],
    ['once at 2026-11-20', "task 'me' has started 2 times, last at 11:57, and may start once at most"],
    ['once at 2026-11-20', ', which has no end'],
    ['once at 2026-12-24 18:00', 'which begins at 2026-12-24 18:00'],
    ['hourly & at most 1 run', "task 'me' has started 2 times, last at 11:57, and may start once at most"],
    ['until 2026-11-01', "the time is outside 'until 2026-11-01', which does not come again"],
    ["during 'yesterday'", "the time is outside 'yesterday'"],
    ['in 10 minutes', 'the delay begins when a task receives this condition, and no task has it'],
    ['never', 'this never holds: the task starts only manually, with run()'],
    ['~daily', 'the negated part does not hold'],
    ['daily | true', '1 of 2 parts holds'],
    ['daily & false', '2 of 2 parts do not hold'],
  ])('explain of %s: %s', (text, expected) => {
    expect(sentences(explain(parse(text).node, facts)).join('\n')).toContain(expected)
  })

  test('explain of a custom condition has its args and its value', () => {
    const isFull = custom('disk {name} is full', () => true)
    const around = {
      now: noon,
      task: 'me',
      predicate: () => ({ value: false, pending: false, error: new Error('torn') }),
    }
    const { node } = isFull({ name: 'a' })
    expect(explain(node, new TableFacts(around).facts())).toMatchObject({
      statement: 'disk a is full',
      sentence: "condition 'disk a is full' failed: torn; it counts as false",
      evidence: { args: { name: 'a' }, value: false, error: 'torn' },
    })
  })

  test('explain never shows the value of a param', () => {
    const explanation = JSON.stringify(explain(parse("env 'test' & param 'env' exists").node, facts))
    expect(explanation).not.toContain('prod')
  })
})

test('printExplanation: a line for each condition, parts indented, with a mark for parts that hold', () => {
  const text = printExplanation(explain(parse('true & ~true | never').node, factsOf()), 'UTC', noon)
  const lines = text.split('\n')
  expect(lines[0]).toMatch(/^✗ /)
  expect(lines.slice(1).every((line) => /^ {2,}[✓✗] /.test(line))).toBe(true)
  expect(lines.some((line) => line.trim().startsWith('✓ true'))).toBe(true)
})
