import { describe, expect, test } from '@jest/globals'
import { initialTransition, transition } from 'xstate'
import { type RunEvent, runMachine } from '../../machines/run.machine.ts'

const began: RunEvent = { type: 'run.began' }
const returned: RunEvent = { type: 'run.settled', settlement: { kind: 'returned', value: 1 } }
const threw: RunEvent = { type: 'run.settled', settlement: { kind: 'threw', error: new Error('no') } }
const nothing: RunEvent = { type: 'run.settled', settlement: { kind: 'inaction', reason: 'none new' } }
const lost: RunEvent = { type: 'run.settled', settlement: { kind: 'lost', reason: 'another version' } }
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
  ['terminated work that throws', [began, told, threw], 'ended', 'terminate', 'timeout'],
  ['terminated work that returns', [began, told, returned], 'ended', 'success', 'timeout'],
  ['terminated work that never ends', [began, told, graceOver], 'ended', 'terminate', 'timeout'],
  ['terminated before the work begins', [told, began], 'ended', 'terminate', 'timeout'],
  ['work that cannot begin', [threw], 'ended', 'fail', null],
  ['a late result', [began, told, graceOver, returned], 'ended', 'terminate', 'timeout'],
  ['work that settles twice', [began, returned, threw], 'ended', 'success', null],
  ['the end of a grace without a termination', [began, graceOver], 'running', null, null],
  ['closed after its end', [began, returned, { type: 'run.close' }], 'closed', 'success', null],
  ['a workflow that cannot continue', [began, lost], 'ended', 'crash', 'another version'],
  [
    'a suspended workflow',
    [began, { type: 'run.suspend' }, { type: 'run.suspended' }],
    'suspended',
    null,
    null,
  ],
  ['suspended before the work begins', [{ type: 'run.suspend' }, began], 'suspended', null, null],
  ['a result while it is suspended', [began, { type: 'run.suspend' }, returned], 'suspending', null, null],
  ['not closed before its end', [began, { type: 'run.close' }], 'running', null, null],
]

describe('runMachine', () => {
  test.each(table)('%s: the last state, the outcome and the reason', (_, events, state, outcome, reason) => {
    const snapshot = play(...events)
    expect(snapshot.value).toBe(state)
    expect(snapshot.context).toMatchObject({ outcome, reason })
  })

  test('records its start before anything else', () => {
    expect(startActions.map((action) => action.type)).toContain('recordStart')
    expect(transition(runMachine, start, began)[1].map((action) => action.type)).toEqual(['beginWork'])
  })

  test('keeps events for a workflow until its work begins, and refuses them when it does not run', () => {
    const sent: RunEvent = { type: 'run.sent', event: { type: 'approve' }, request: '7' }
    const early = play(sent)
    expect(early.context.inbox).toEqual([{ event: { type: 'approve' }, request: '7' }])
    expect(transition(runMachine, early, began)[0].context.inbox).toEqual([])
    const effects = (...events: RunEvent[]) =>
      transition(runMachine, play(...events), sent)[1].map((action) => action.type)
    expect(effects(began)).toEqual(['deliver'])
    for (const events of [
      [began, told],
      [began, { type: 'run.suspend' } as const],
      [began, returned],
    ])
      expect(effects(...events)).toEqual(['refuseEvent'])
  })

  test('keeps progress in its context, and resets it for the next run', () => {
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

  test('keeps the last twenty lines that its work logged in its context', () => {
    const lines = Array.from({ length: 25 }, (_, n) => `line ${n}`)
    const told = play(
      began,
      { type: 'run.logged', lines: lines.slice(0, 15) },
      { type: 'run.logged', lines: lines.slice(15) },
    )
    expect(told.context.lines).toEqual(lines.slice(5))
  })
})
