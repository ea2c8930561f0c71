import { describe, expect, test } from '@jest/globals'
import { initialTransition, transition } from 'xstate'
import { type RunEvent, runMachine } from '../../machines/run.machine.ts'

const began: RunEvent = { type: 'run.began' }
const returned: RunEvent = { type: 'run.settled', settlement: { kind: 'returned', value: 1 } }
const threw: RunEvent = { type: 'run.settled', settlement: { kind: 'threw', error: new Error('no') } }
const nothing: RunEvent = { type: 'run.settled', settlement: { kind: 'inaction', reason: 'none new' } }
const told: RunEvent = { type: 'run.terminate', reason: 'timeout' }
const graceOver: RunEvent = { type: 'run.graceOver' }

const [start, startActions] = initialTransition(runMachine, {
  task: 't',
  runId: 'r',
  at: 1,
  trigger: 'manual',
})
const play = (...events: RunEvent[]) =>
  events.reduce((snapshot, event) => transition(runMachine, snapshot, event)[0], start)

/** [events, last state, outcome, reason] */
const table: readonly [string, RunEvent[], string, string | null, string | null][] = [
  ['work that returns', [began, returned], 'ended', 'success', null],
  ['work that throws', [began, threw], 'ended', 'fail', null],
  ['work with nothing to do', [began, nothing], 'ended', 'inaction', 'none new'],
  ['told, then throws', [began, told, threw], 'ended', 'terminate', 'timeout'],
  ['told, then returns', [began, told, returned], 'ended', 'success', 'timeout'],
  ['told, and never ends', [began, told, graceOver], 'ended', 'terminate', 'timeout'],
  ['told before it began', [told, began], 'ended', 'terminate', 'timeout'],
  ['could not be set up', [threw], 'ended', 'fail', null],
  ['a late result', [began, told, graceOver, returned], 'ended', 'terminate', 'timeout'],
  ['settles twice', [began, returned, threw], 'ended', 'success', null],
  ['grace of nobody', [began, graceOver], 'running', null, null],
  ['closed', [began, returned, { type: 'run.close' }], 'closed', 'success', null],
  ['closed only once it has ended', [began, { type: 'run.close' }], 'running', null, null],
]

describe('runMachine', () => {
  test.each(table)('%s', (_, events, state, outcome, reason) => {
    const snapshot = play(...events)
    expect(snapshot.value).toBe(state)
    expect(snapshot.context).toMatchObject({ outcome, reason })
  })

  test('records its start before anything else', () => {
    expect(startActions.map((action) => action.type)).toContain('recordStart')
    expect(transition(runMachine, start, began)[1].map((action) => action.type)).toEqual(['beginWork'])
  })

  test('tells of progress and is used again from fresh', () => {
    const told = play(began, { type: 'run.progressed', progress: 0.5, message: 'half' })
    expect(told.context).toMatchObject({ progress: 0.5, message: 'half' })
    const again = play(began, returned, { type: 'run.start', runId: 'r2', at: 9, trigger: 'condition' })
    expect(again.value).toBe('starting')
    expect(again.context).toMatchObject({
      runId: 'r2',
      startedAt: 9,
      outcome: null,
      progress: null,
      lines: [],
    })
  })

  test('shows the last twenty lines that its work logged', () => {
    const lines = Array.from({ length: 25 }, (_, n) => `line ${n}`)
    const told = play(
      began,
      { type: 'run.logged', lines: lines.slice(0, 15) },
      { type: 'run.logged', lines: lines.slice(15) },
    )
    expect(told.context.lines).toEqual(lines.slice(5))
  })
})
