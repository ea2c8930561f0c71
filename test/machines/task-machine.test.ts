/** The task machine as tables: each state × each event, in each phase; and each phase × each change of the facts. */
import { describe, expect, test } from '@jest/globals'
import { initialTransition, type SnapshotFrom, StateMachine, transition } from 'xstate'
import { commandTypes } from '../../machines/commands.ts'
import * as everyMachine from '../../machines/index.ts'
import { taskMachine } from '../../machines/task.machine.ts'
import type { Launch, TaskContext, TaskEvent } from '../../machines/task.setup.ts'

type Top = 'idle' | 'running' | 'failed'
type Phase = 'resting' | 'ready' | 'backingOff'
type Snapshot = SnapshotFrom<typeof taskMachine>

const tops: readonly Top[] = ['idle', 'running', 'failed']
const phases: readonly Phase[] = ['resting', 'ready', 'backingOff']

/** The answers of the guards, from facts outside the machine. */
let outside: { phase: Phase; mayLaunch: boolean } = { phase: 'resting', mayLaunch: true }
const machine = taskMachine.provide({
  guards: {
    isReady: () => outside.phase === 'ready',
    isBackingOff: () => outside.phase === 'backingOff',
    isResting: () => outside.phase === 'resting',
    mayLaunch: () => outside.mayLaunch,
  },
})

const facts: Launch = { runId: 'r1', trigger: 'condition', at: 1, relaunchAt: 9, dueAt: 1, period: null }
const ended = (outcome: 'success' | 'fail' | 'terminate' | 'inaction' | 'crash'): TaskEvent => ({
  type: 'run.ended',
  runId: 'r1',
  outcome,
  relaunchAt: 9,
})
const restored = (last: 'fail' | 'crash' | 'success' | 'run' | null, live: number): TaskEvent => ({
  type: 'task.restored',
  last,
  live,
})
const ordered: TaskEvent = { type: 'run.ordered', ...facts }
const resumed: TaskEvent = { type: 'run.resumed', ...facts }
const suspended: TaskEvent = { type: 'run.suspended', runId: 'r1' }
const freed: TaskEvent = { type: 'capacity.freed', ...facts }

const play = (events: readonly TaskEvent[], from = initialTransition(machine, { id: 't#0', name: 't' })[0]) =>
  events.reduce((snapshot, event) => transition(machine, snapshot, event)[0], from)

const ways: Readonly<Record<Top, readonly TaskEvent[]>> = {
  idle: [],
  running: [ordered],
  failed: [ordered, ended('fail')],
}

/** A task in a state and a phase, with a changed context. */
function inState(top: Top, phase: Phase, context: Partial<TaskContext> = {}): Snapshot {
  outside = { phase, mayLaunch: true }
  const snapshot = play([...ways[top], { type: 'facts.changed' }])
  expect(leafOf(snapshot)).toBe(`${top}.${phase}`)
  return { ...snapshot, context: { ...snapshot.context, ...context } } as Snapshot
}

/** `idle.ready` for `{ idle: 'ready' }`. */
const leafOf = ({ value }: Snapshot): string =>
  typeof value === 'string' ? value : Object.entries(value).flat().join('.')

/** The state after a step, its effects and the facts that it changes. */
function step(before: Snapshot, event: TaskEvent): { leaf: string; effects: string[]; changed: object } {
  const [after, actions] = transition(machine, before, event)
  const changed = Object.entries(after.context).filter(
    ([name, value]) => before.context[name as keyof TaskContext] !== value,
  )
  return {
    leaf: leafOf(after),
    effects: actions.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
    changed: Object.fromEntries(changed),
  }
}

interface Row {
  /** The next state, where the event leaves the present one. */
  readonly to?: Top | 'removed'
  readonly effects?: readonly string[]
  readonly changed?: Partial<TaskContext>
}

const nothing: Row = {}
/** Events with the same effect in every state. */
const everywhere: readonly [TaskEvent, Row][] = [
  [{ type: 'task.run' }, { effects: ['queueRun'] }],
  [{ type: 'task.backfill', from: 0, to: 1 }, { effects: ['backfillRuns'] }],
  [{ type: 'task.terminate' }, { effects: ['terminateRuns', 'answer'] }],
  [{ type: 'run.send', event: { type: 'approve' } }, { effects: ['sendToRuns'] }],
  [{ type: 'task.disable' }, { effects: ['reportChange', 'answer'], changed: { disabled: true } }],
  [{ type: 'task.enable' }, { effects: ['reportChange', 'answer'] }],
  [{ type: 'task.update', options: {} }, { effects: ['updateTask'] }],
  [{ type: 'condition.changed', holds: true, at: 5 }, { changed: { holds: true, dueAt: 5 } }],
  [{ type: 'condition.changed', holds: false, at: 5 }, nothing],
  [{ type: 'dependency.changed' }, { changed: { hasForeignChange: true } }],
  [{ type: 'run.requested', runId: 'r1' }, nothing],
  [{ type: 'facts.changed' }, nothing],
  [{ type: 'actor.failed', actorId: 'x:1' }, { effects: ['runActorFailed'] }],
  [{ type: 'actors.stop', actors: [] }, nothing],
  [{ type: 'task.remove' }, { to: 'removed', effects: ['answer', 'release'] }],
]

/** Events whose effect depends on the state. The live runs are one where the state is `running`, else none. */
const table: Readonly<Record<Top, readonly [TaskEvent, Row][]>> = {
  idle: [
    [ordered, { to: 'running', effects: ['launch'], changed: { live: 1, lastRunId: 'r1' } }],
    [resumed, { to: 'running', effects: ['launch'], changed: { live: 1, lastRunId: 'r1' } }],
    [suspended, nothing],
    [ended('success'), nothing],
    [ended('fail'), nothing],
    [restored('fail', 0), { to: 'failed', changed: { lastOutcome: 'fail' } }],
    [restored('crash', 0), { to: 'failed', changed: { lastOutcome: 'crash' } }],
    [restored('success', 0), { to: 'idle', changed: { lastOutcome: 'success' } }],
    [restored(null, 0), { to: 'idle' }],
    [restored('run', 1), { to: 'running', changed: { live: 1 } }],
  ],
  running: [
    [ordered, { to: 'running', effects: ['launch'], changed: { live: 2 } }],
    [resumed, { to: 'running', effects: ['launch'], changed: { live: 2 } }],
    [suspended, { to: 'idle', changed: { live: 0 } }],
    [ended('success'), { to: 'idle', changed: { live: 0, runs: 1, lastOutcome: 'success' } }],
    [ended('inaction'), { to: 'idle', changed: { live: 0, runs: 1, lastOutcome: 'inaction' } }],
    [ended('terminate'), { to: 'idle', changed: { live: 0, runs: 1, lastOutcome: 'terminate' } }],
    [ended('fail'), { to: 'failed', changed: { live: 0, runs: 1, lastOutcome: 'fail' } }],
    [ended('crash'), { to: 'failed', changed: { live: 0, runs: 1, lastOutcome: 'crash' } }],
    [restored('fail', 0), { to: 'failed', changed: { live: 0, lastOutcome: 'fail' } }],
    [restored('crash', 0), { to: 'failed', changed: { live: 0, lastOutcome: 'crash' } }],
    [restored('success', 0), { to: 'idle', changed: { live: 0, lastOutcome: 'success' } }],
    [restored(null, 0), { to: 'idle', changed: { live: 0 } }],
    [restored('run', 1), { to: 'running' }],
  ],
  failed: [
    [ordered, { to: 'running', effects: ['launch'], changed: { live: 1 } }],
    [resumed, { to: 'running', effects: ['launch'], changed: { live: 1 } }],
    [suspended, nothing],
    [ended('success'), nothing],
    [ended('fail'), nothing],
    [restored('fail', 0), { to: 'failed' }],
    [restored('crash', 0), { to: 'failed', changed: { lastOutcome: 'crash' } }],
    [restored('success', 0), { to: 'idle', changed: { lastOutcome: 'success' } }],
    [restored(null, 0), { to: 'idle', changed: { lastOutcome: null } }],
    [restored('run', 1), { to: 'running', changed: { live: 1, lastOutcome: null } }],
  ],
}

/** Events of one phase only. */
const ofOnePhase: readonly TaskEvent['type'][] = ['capacity.freed', 'delay.passed']

const onEntry: Readonly<Record<Phase, readonly string[]>> = {
  resting: [],
  ready: ['enlist'],
  backingOff: ['startDelay'],
}
const onExit: Readonly<Record<Phase, readonly string[]>> = {
  resting: [],
  ready: [],
  backingOff: ['stopDelay'],
}

const cases = tops.flatMap((top) =>
  phases.flatMap((phase) =>
    [...everywhere, ...table[top]].map(
      ([event, row]) => [`${top}.${phase}`, event, top, phase, row] as const,
    ),
  ),
)

describe('taskMachine', () => {
  test.each(cases)(
    '%s on %j, with the same facts',
    (leaf, event, top, phase, { to, effects = [], changed = {} }) => {
      const after = step(inState(top, phase), event)
      expect(after).toEqual({
        leaf: to === undefined ? leaf : to === 'removed' ? to : `${to}.${phase}`,
        effects:
          to === undefined
            ? effects
            : [...onExit[phase], ...effects, ...(to === 'removed' ? [] : onEntry[phase])],
        changed,
      })
    },
  )

  test('the tables have every event of the machine', () => {
    const known = new Set([...everywhere, ...tops.flatMap((top) => table[top])].map(([{ type }]) => type))
    // `machine.events` leaves out events that change nothing by themselves.
    const all = nodesOf(machine.root as unknown as Node).flatMap(({ transitions }) => [...transitions.keys()])
    expect([...known, ...ofOnePhase].sort()).toEqual([...new Set(all)].sort())
  })

  test('the tables have every command about a task, except task.create', () => {
    const known: readonly string[] = [...everywhere, ...tops.flatMap((top) => table[top])].map(
      ([{ type }]) => type,
    )
    const ofTask = commandTypes.filter((type) => type.startsWith('task.') && type !== 'task.create')
    expect(ofTask.filter((type) => !known.includes(type))).toEqual([])
  })

  describe.each(tops)('the phase of %s follows the facts', (top) => {
    test.each(phases.flatMap((from) => phases.map((to) => [from, to] as const)))(
      'from %s to %s',
      (from, to) => {
        const before = inState(top, from)
        outside.phase = to
        expect(step(before, { type: 'facts.changed' })).toEqual({
          leaf: `${top}.${to}`,
          effects: from === to ? [] : [...onExit[from], ...onEntry[to]],
          changed: {},
        })
      },
    )

    test.each(phases)('freed capacity launches a ready task, and no other: %s', (phase) => {
      const before = inState(top, phase)
      const after = step(before, freed)
      const leaf = phase === 'ready' ? 'running.ready' : `${top}.${phase}`
      expect(after.leaf).toBe(leaf)
      expect(after.effects).toEqual(phase === 'ready' ? ['launch', 'enlist'] : [])
      expect(after.changed).toEqual(
        phase === 'ready' ? expect.objectContaining({ live: before.context.live + 1 }) : {},
      )
    })

    test('freed capacity launches nothing where the guard refuses, and the task waits for another turn', () => {
      const before = inState(top, 'ready')
      outside.mayLaunch = false
      expect(step(before, freed)).toEqual({ leaf: `${top}.ready`, effects: ['enlist'], changed: {} })
      outside.phase = 'resting'
      expect(step(before, freed)).toEqual({ leaf: `${top}.resting`, effects: ['enlist'], changed: {} })
    })

    test('a timer that fires early is started again', () => {
      const before = inState(top, 'backingOff')
      const again = { leaf: `${top}.backingOff`, effects: ['stopDelay', 'startDelay'], changed: {} }
      expect(step(before, { type: 'delay.passed' })).toEqual(again)
      outside.phase = 'ready'
      const over = { leaf: `${top}.ready`, effects: ['stopDelay', 'enlist'], changed: {} }
      expect(step(before, { type: 'delay.passed' })).toEqual(over)
    })
  })

  test('is running until the last of several runs has ended', () => {
    outside = { phase: 'resting', mayLaunch: true }
    const one = play([ordered, { ...ordered, runId: 'r2' }, ended('fail')])
    expect(leafOf(one)).toBe('running.resting')
    expect(leafOf(play([ended('success')], one))).toBe('idle.resting')
  })

  test('the relaunch delay counts from each launch and end through which the condition holds', () => {
    outside = { phase: 'resting', mayLaunch: true }
    expect(play([ordered]).context.relaunchAt).toBeNull()
    const holds: TaskEvent = { type: 'condition.changed', holds: true, at: 1 }
    expect(play([holds, ordered]).context.relaunchAt).toBe(9)
    const end = { ...ended('success'), relaunchAt: 20 } as TaskEvent
    expect(play([holds, ordered, end]).context.relaunchAt).toBe(20)
    expect(play([holds, ordered, { ...holds, holds: false }, end]).context.relaunchAt).toBeNull()
    const touched = play([holds, ordered, { type: 'dependency.changed' }, end])
    expect(touched.context).toMatchObject({ relaunchAt: 20, hasForeignChange: true })
    expect(play([ordered], touched).context.hasForeignChange).toBe(false)
  })

  test('an actor takes over the facts of the one that it replaces', () => {
    const before = play([
      ordered,
      { type: 'condition.changed', holds: true, at: 3 },
      { type: 'task.disable' },
    ])
    const input = { id: 't#1', name: 'u', facts: before.context }
    expect(initialTransition(machine, input)[0].context).toEqual({
      ...before.context,
      ...{ id: 't#1', name: 'u', disabled: false },
    })
  })

  test('outside a session, a task whose condition holds is ready, and launches one run at a time', () => {
    const start = initialTransition(taskMachine, { id: 't', name: 't' })[0]
    const to = (...events: TaskEvent[]) =>
      leafOf(events.reduce((snapshot, event) => transition(taskMachine, snapshot, event)[0], start))
    const holds: TaskEvent = { type: 'condition.changed', holds: true, at: 1 }
    expect(to(freed)).toBe('idle.resting')
    expect(to(holds)).toBe('idle.ready')
    expect(to(holds, { type: 'task.disable' })).toBe('idle.resting')
    expect(to(holds, freed)).toBe('running.resting')
    expect(to(holds, freed, ended('fail'))).toBe('failed.ready')
  })
})

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

describe('the machines', () => {
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
