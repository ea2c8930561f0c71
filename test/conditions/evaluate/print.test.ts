import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  afterFinish,
  afterTerminate,
  all,
  any,
  atMostRuns,
  type Condition,
  type ConditionNode,
  cron,
  crontime,
  daily,
  during,
  every,
  failed,
  from,
  hourly,
  monthly,
  not,
  once,
  onceIn,
  paramIs,
  parse,
  printNode,
  retry,
  running,
  schedulerCycles,
  schedulerRunning,
  succeeded,
  until,
  weekly,
  yearly,
} from '../../../src/conditions/index.ts'
import { always, between, cycle, future, grid, never, relativeDay, span } from '../../../src/time/index.ts'
import { condition } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { periods } from '../../support/time-arbitraries.ts'

/** The node without its original text: only the meaning counts. */
function meaning({ text: _, ...node }: ConditionNode): unknown {
  if (node.kind === 'all' || node.kind === 'any') return { ...node, nodes: node.nodes.map(meaning) }
  return node.kind === 'not' ? { ...node, node: meaning(node.node) } : node
}

const readBack = (made: Condition) => meaning(parse(printNode(made.node)).node)

test('printNode: the text of a generated condition parses to that condition', () => {
  checkProperty(
    fc.property(condition, (made) => {
      expect(readBack(made)).toEqual(meaning(made.node))
    }),
    { runs: 2000 },
  )
})

test('printNode: any period, as a condition and as the period of a history, is parsed back', () => {
  checkProperty(
    fc.property(periods, (period) => {
      for (const made of [during(period), failed('x').during(period).atLeast(2)])
        expect(readBack(made)).toEqual(meaning(made.node))
    }),
    { runs: 1000 },
  )
})

test('printNode: a task name of any characters is parsed back', () => {
  const letter = fc.oneof(
    fc.constantFrom(..."'\\&|~() ,\n"),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  )
  const name = fc.string({ minLength: 1, maxLength: 30, unit: letter })
  checkProperty(
    fc.property(name, (task) => {
      const made = afterFinish(task)
      expect(readBack(made)).toEqual(meaning(made.node))
    }),
    { runs: 1000 },
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
  ['cron 0 7 * * * with grace 2 hours', cron('0 7 * * *', { grace: { hours: 2 } })],
  ['cron 0 7 * * * with grace 2 hours in UTC', cron('0 7 * * *', { grace: '2 h' }).in('UTC')],
  ['time of cron 0 7 * * * with grace 2 hours', crontime('0 7 * * *', { grace: 'PT2H' })],
  ['in 10 minutes', onceIn('10 minutes')],
  ['~in 10 minutes', onceIn('10 minutes').not()],
  ['once at 2026-12-24 18:00', once('2026-12-24T18:00')],
  ['once at 2026-12-24 18:00Z', once(new Date(Date.UTC(2026, 11, 24, 18)))],
  ['once at 2026-12-24 18:00:00.250Z', once(Date.UTC(2026, 11, 24, 18, 0, 0, 250))],
  ['from 2026-12-24', from('2026-12-24')],
  [
    'from 2026-12-24 & until 2027-01-01 06:00 in Europe/Helsinki',
    from('2026-12-24').and(until('2027-01-01 06:00').in('Europe/Helsinki')),
  ],
  ['hourly & at most 1 run', hourly.and(atMostRuns(1))],
  ['daily at 08:00, 12:00, 18:00', daily.at('08:00', '12:00', '18:00')],
  ['weekly on Mon, Wed, Fri', weekly.on('Mon', 'Wed', 'Fri')],
  ['monthly on 1st, 15th 10:00, last day', monthly.on('1st', '15th 10:00', 'last day')],
  ['monthly on first Mon', monthly.on('first Mon')],
  ['monthly on last Fri', monthly.on('last Fri')],
  ['yearly on Dec 24th', yearly.on('Dec 24th')],
  ['every 14 days', every('2 weeks')],
  ['every 1 hour 30 minutes', every('PT1H30M')],
  ['every 10 minutes between 08:00 and 16:00', every('10 minutes', { between: ['08:00', '16:00'] })],
  ["after task 'x' terminated", afterTerminate('x')],
  ["during 'yesterday'", during(relativeDay('yesterday'))],
  ["during 'future 2 hours'", during(future('2 hours'))],
  ["during 'past between 1 hour and 2 hours'", during(span('past', { near: '1 hour', far: '2 hours' }))],
  [
    "during 'from 2026-01-01T00:00Z until 2027-01-01T00:00Z'",
    during(between('2026-01-01T00:00Z', '2027-01-01T00:00Z')),
  ],
  [
    "during '(time of day after 08:00 | time of week on Sat) in UTC'",
    during(cycle('day', { after: '08:00' }).or(cycle('week', { on: 'Sat' }))).in('UTC'),
  ],
  [
    "during 'time of day between 08:00 and 16:00 every 10 minutes'",
    during(grid('10 minutes', cycle('day', { between: ['08:00', '16:00'] }))),
  ],
  ["has failed during 'yesterday' at least 2 times", failed.during('yesterday').atLeast(2)],
  [
    "task 'x' has succeeded during 'past beyond 1 day'",
    succeeded('x').during(span('past', { near: '1 day' })),
  ],
  ['time of day between 10:00 and 13:00', during(cycle('day', { between: [10, 12] }))],
  [
    'time of day between 10:00 and 12:00 inclusive',
    during(cycle('day', { between: ['10:00', '12:00'], closed: true })),
  ],
  ['time of hour starting 15:00', during(cycle('hour', { starting: '1 quarter' }))],
  ['true', during(always)],
  ['false', during(never)],
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
])('printNode: %s is what its builder prints, and is parsed back', (words, made) => {
  expect(printNode(made.node)).toBe(words)
  expect(readBack(made)).toEqual(meaning(made.node))
})
