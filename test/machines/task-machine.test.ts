import { describe, expect, test } from '@jest/globals'
import { initialTransition, StateMachine, transition } from 'xstate'
import * as everyMachine from '../../machines/index.ts'
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
      [state, { type: 'task.terminate' }, state, ['terminateRuns', 'answer']],
      [state, { type: 'task.disable' }, state, ['reconsider', 'answer']],
      [state, { type: 'task.enable' }, state, ['reconsider', 'answer']],
      [state, { type: 'task.update', options: {} }, state, ['updateTask']],
      [state, { type: 'task.remove' }, 'removed', ['answer', 'release']],
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

interface Described {
  readonly description?: string
}
interface Node extends Described {
  readonly id: string
  readonly states: Record<string, Node>
  readonly transitions: ReadonlyMap<string, readonly Described[]>
  readonly always?: readonly Described[]
}
/** Every exported machine, also one that is added later. */
const machines = Object.values(everyMachine).filter(
  (each) => each instanceof StateMachine,
) as unknown as readonly { id: string; root: Node }[]
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

  test('the check covers the machines of task, session and run', () => {
    expect(machines.map(({ id }) => id).sort()).toEqual(['run', 'session', 'task'])
  })

  test.each(machines)('every state and event of the $id machine has a description', ({ root }) => {
    const undescribed = nodesOf(root).flatMap((node) => {
      const events = [...node.transitions, ['always', node.always ?? []] as const].flatMap(([type, all]) =>
        all.map((each): [string, Described] => [`${node.id} on ${type}`, each]),
      )
      return [[node.id, node] as [string, Described], ...events]
        .filter(([, { description = '' }]) => !/^[A-Z`'].*\.$/.test(description))
        .map(([of]) => of)
    })
    expect(nodesOf(root).length).toBeGreaterThan(3)
    expect(undescribed).toEqual([])
  })
})
