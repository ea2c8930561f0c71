import { expect, test } from '@jest/globals'
import type { RunRecord } from '../../src/log/entry.ts'
import { record } from '../support/stores/store-laws.ts'
import { audit, openRuns, unfollowed } from './audit.ts'

const run = (seq: number, task: string, runId: string): RunRecord => record(seq, task, 'run', { runId })
const success = (seq: number, task: string, runId: string, start = 0): RunRecord =>
  record(seq, task, 'success', { runId, start })
const none: ReadonlySet<string> = new Set()

const good = [
  run(1, 'a1', 'x'),
  success(2, 'a1', 'x'),
  run(3, 'a2', 'y'),
  success(4, 'a2', 'y'),
  run(5, 'a3', 'z'),
]

test('audit finds nothing wrong in a valid log', () => {
  expect(audit(good, [{ runId: 'x', action: 'success' }], none)).toEqual([])
  expect([...openRuns(good)]).toEqual(['z'])
  expect(unfollowed(good)).toEqual([])
})

test.each([
  ['order', [run(2, 'a', 'x'), run(1, 'b', 'y')], /seq 1 follows 2/],
  ['two ends', [...good, success(6, 'a1', 'x')], /two ends of run x/],
  ['two starts', [run(1, 'a1', 'x'), run(2, 'a1', 'x')], /two starts of run x/],
  ['no start', [success(1, 'a1', 'x')], /an end without a start/],
  ['a dependent without a cause', [...good, run(6, 'a3', 'w')], /a3 started twice for one success of a2/],
  [
    'two successes of a period',
    [
      run(1, 'second-1', 'x'),
      success(2, 'second-1', 'x', 1_100),
      run(3, 'second-1', 'y'),
      success(4, 'second-1', 'y', 1_900),
    ],
    /two successes of second-1 in second 1/,
  ],
  [
    'two successes of a longer period',
    [
      run(1, 'minute', 'x'),
      success(2, 'minute', 'x', 61_100),
      run(3, 'minute', 'y'),
      success(4, 'minute', 'y', 119_900),
    ],
    /two successes of minute in minute 1/,
  ],
])('audit finds %s', (_, entries, wrong) => {
  expect(audit(entries, [], none).join()).toMatch(wrong)
})

test('audit finds an announced record that is missing, and a run that was left open without a crash', () => {
  expect(audit(good, [{ runId: 'z', action: 'success' }], none)).toEqual(['lost: success of run z'])
  expect(audit(good, [], new Set(['z']))).toEqual(['run z was left open without a crash'])
  expect(audit([...good, record(6, 'a3', 'crash', { runId: 'z' })], [], new Set(['z']))).toEqual([])
})

test('unfollowed finds a success without a dependent run', () => {
  expect(unfollowed(good.slice(0, 2))).toEqual(['a2 did not follow the last success of a1'])
})
