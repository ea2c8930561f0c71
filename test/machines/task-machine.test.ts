import { describe, expect, test } from '@jest/globals'
import { initialTransition, transition } from 'xstate'
import { runMachine } from '../../machines/run.machine.ts'
import { sessionMachine } from '../../machines/session.machine.ts'
import { type TaskEvent, taskMachine } from '../../machines/task.machine.ts'

const launched: TaskEvent = { type: 'run.launched', runId: 'r1', trigger: 'condition' }
const ended = (outcome: 'success' | 'fail' | 'terminate' | 'inaction' | 'crash'): TaskEvent => ({
  type: 'run.ended',
  runId: 'r1',
  outcome,
})

const start = initialTransition(taskMachine, { id: 't#0', name: 't' })[0]
const play = (...events: TaskEvent[]) =>
  events.reduce((snapshot, event) => transition(taskMachine, snapshot, event)[0], start)
const states = { idle: start, running: play(launched), failed: play(launched, ended('fail')) }

/** [state, event, next state, effects] */
const table: readonly [keyof typeof states, TaskEvent, string, readonly string[]][] = [
  ['idle', launched, 'running', ['startRun']],
  ['failed', launched, 'running', ['startRun']],
  ['running', launched, 'running', ['startRun']],
  ['idle', ended('success'), 'idle', []],
  ['failed', ended('success'), 'failed', []],
  ['running', ended('success'), 'idle', []],
  ['running', ended('inaction'), 'idle', []],
  ['running', ended('terminate'), 'idle', []],
  ['running', ended('fail'), 'failed', []],
  ['running', ended('crash'), 'failed', []],
  ...(['idle', 'running', 'failed'] as const).flatMap(
    (state): [keyof typeof states, TaskEvent, string, string[]][] => [
      [state, { type: 'task.run' }, state, ['queueRun']],
      [state, { type: 'task.backfill', from: 0, to: 1 }, state, ['backfillRuns']],
      [state, { type: 'task.terminate' }, state, ['terminateRuns']],
      [state, { type: 'task.disable' }, state, ['reconsider']],
      [state, { type: 'task.enable' }, state, ['reconsider']],
      [state, { type: 'task.update', options: {} }, state, ['updateTask']],
      [state, { type: 'task.remove' }, 'removed', ['release']],
      [state, { type: 'task.restored', last: 'fail', live: 0 }, 'failed', []],
      [state, { type: 'task.restored', last: 'crash', live: 0 }, 'failed', []],
      [state, { type: 'task.restored', last: 'success', live: 0 }, 'idle', []],
      [state, { type: 'task.restored', last: null, live: 0 }, 'idle', []],
      [state, { type: 'task.restored', last: 'run', live: 1 }, 'running', []],
      [state, { type: 'actor.failed', actorId: 'x:1' }, state, ['runActorFailed']],
      [state, { type: 'actors.stop', actors: [] }, state, []],
    ],
  ),
]

interface Node {
  readonly id: string
  readonly description: string | undefined
  readonly states: Record<string, Node>
  readonly transitions: ReadonlyMap<string, readonly { readonly description?: string }[]>
}
const machines = [taskMachine, sessionMachine, runMachine] as unknown as { id: string; root: Node }[]
const nodesOf = (node: Node): Node[] => [node, ...Object.values(node.states).flatMap(nodesOf)]

describe('taskMachine', () => {
  test.each(table)('%s on %j goes to %s and does %j', (state, event, next, effects) => {
    const [snapshot, actions] = transition(taskMachine, states[state], event)
    expect(snapshot.value).toBe(next)
    const named = actions.map((action) => action.type).filter((type) => !type.startsWith('xstate.'))
    expect(named).toEqual(effects)
  })

  test('is running until the last of several runs has ended', () => {
    const two = play(launched, { ...launched, runId: 'r2' })
    const one = transition(taskMachine, two, ended('fail'))[0]
    expect(one.value).toBe('running')
    expect(transition(taskMachine, one, ended('success'))[0].value).toBe('idle')
  })

  test('disable and enable are facts beside the states', () => {
    expect(play(launched, { type: 'task.disable' }).context.disabled).toBe(true)
    expect(play({ type: 'task.disable' }, { type: 'task.enable' }).context.disabled).toBe(false)
  })

  test.each(machines)('every state and event of the $id machine says what it is', ({ root }) => {
    for (const node of nodesOf(root)) {
      expect(node.description).toBeTruthy()
      for (const [type, transitions] of node.transitions)
        for (const { description } of transitions)
          expect([node.id, type, description]).toEqual([node.id, type, expect.stringMatching(/\.$/)])
    }
  })
})
