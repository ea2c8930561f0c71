import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  afterFinish,
  all,
  any,
  type Condition,
  type ConditionNode,
  cron,
  daily,
  not,
  paramIs,
  parse,
  printNode,
  retry,
  running,
  schedulerCycles,
  schedulerRunning,
} from '../../src/conditions/index.ts'
import { condition } from './trees.ts'

/** Without the words that a part came from: what it means is what counts. */
function meaning({ text: _, ...node }: ConditionNode): unknown {
  if (node.kind === 'all' || node.kind === 'any') return { ...node, nodes: node.nodes.map(meaning) }
  return node.kind === 'not' ? { ...node, node: meaning(node.node) } : node
}

const readBack = (made: Condition) => meaning(parse(printNode(made.node)).node)

test('printNode: parse of what a generated condition prints is that condition', () => {
  fc.assert(
    fc.property(condition, (made) => {
      expect(readBack(made)).toEqual(meaning(made.node))
    }),
    { seed: 7, numRuns: 2000 },
  )
})

test('printNode: a task name of any characters is read back', () => {
  const letter = fc.oneof(
    fc.constantFrom(..."'\\&|~() ,\n"),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  )
  const name = fc.string({ minLength: 1, maxLength: 30, unit: letter })
  fc.assert(
    fc.property(name, (task) => {
      const made = afterFinish(task)
      expect(readBack(made)).toEqual(meaning(made.node))
    }),
    { seed: 7, numRuns: 1000 },
  )
})

test.each<[string, Condition]>([
  [
    'retry 3 times after 7 minutes growing 2 fold varying by 0.2',
    retry(3, { delay: '7 minutes', factor: 2, jitter: 0.2 }),
  ],
  [
    'retry after 1 minute growing 2 fold up to 1 hour',
    retry(-1, { delay: '1 minute', factor: 2, max: '1 hour' }),
  ],
  ['retry 2 times on fail, terminate', retry(2, { on: ['fail', 'terminate'] })],
  ["task 'x' is running less than 1 times", running('x').count.lessThan(1)],
  [
    "task 'x' is running more than 10 minutes less than 20 minutes",
    running('x').between('10 minutes', '20 minutes'),
  ],
  ['daily after 07:00 in Europe/Helsinki', daily.after('07:00').in('Europe/Helsinki')],
  ['cron 0 7 * * * in Europe/Helsinki', cron('0 7 * * *').in('Europe/Helsinki')],
  ["param 'n' is 3", paramIs('n', 3)],
  ["param 'n' is '3'", paramIs('n', '3')],
  ["param 'n' is true", paramIs('n', true)],
  ["param 'n' is null", paramIs('n', null)],
  [
    'scheduler has more than 3 cycles & scheduler has less than 9 cycles',
    schedulerCycles({ moreThan: 3, lessThan: 9 }),
  ],
  [
    "~(daily & (task 'x' is running | ~cron * * * * *))",
    not(all(daily, any(running('x'), not(cron('* * * * *'))))),
  ],
  [
    '~(scheduler has run over 1 hour & scheduler started 2 hours ago)',
    not(schedulerRunning({ moreThan: '1 hour', lessThan: '2 hours' })),
  ],
])('printNode: %s is what its builder prints, and is read back', (words, made) => {
  expect(printNode(made.node)).toBe(words)
  expect(readBack(made)).toEqual(meaning(made.node))
})
