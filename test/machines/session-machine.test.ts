/** The session machine as a table: each leaf state × each event, with the next state, the named actions and the changed context. */
import { describe, expect, test } from '@jest/globals'
import { initialTransition, transition } from 'xstate'
import { commandTypes } from '../../machines/commands.ts'
import { sessionMachine } from '../../machines/session.machine.ts'
import type { SessionContext, SessionEvent } from '../../machines/session.setup.ts'
import { toSessionState } from '../../src/session/actors/state-name.ts'
import {
  done,
  event,
  failed,
  inState,
  leafOf,
  leaves,
  paths,
  play,
  stepOf,
} from '../support/session-chart.ts'

/** Events with the same effect in every state: the state stays. */
const everywhere: Readonly<Record<string, string>> = {
  'task.run': 'forwardToTask',
  'task.backfill': 'forwardToTask',
  'task.terminate': 'forwardToTask',
  'run.send': 'forwardToTask',
  'task.disable': 'forwardToTask',
  'task.enable': 'forwardToTask',
  'task.update': 'forwardToTask',
  'task.remove': 'forwardToTask',
  'task.create': 'createTask',
  'param.set': 'setParam answer',
  'param.unset': 'unsetParam answer',
  'session.run': 'runTasks',
  'session.update': 'updateSession',
  'actors.stop': '',
  'actor.failed': 'restartTaskActor',
}

/** The actor that each state invokes. */
const invoked: Readonly<Record<string, string>> = {
  'starting.hooks': 'startupHooks',
  'starting.restoring': 'restore',
  'starting.startupTasks': 'startupTasks',
  'running.active': 'watchConditions',
  'running.held': 'watchConditions',
  'stopping.hooks': 'shutdownHooks',
  'stopping.shutdownTasks': 'shutdownTasks',
  'stopping.draining': 'drain',
  'stopping.terminating': 'awaitEnds',
  'stopping.afterHooks': 'afterHooks',
  'stopping.releasing': 'release',
}

/** Contexts that guards tell apart. */
const situations: Readonly<Record<string, Partial<SessionContext>>> = {
  restartWanted: { restartWanted: true },
  relaunch: { restartWanted: true, restarting: 'relaunch' },
  instantShutdown: { instantShutdown: true },
  startWanted: { startWanted: true },
  holdWanted: { holdWanted: true },
  terminateWanted: { terminateWanted: true },
}

/**
 * Event → `next state | actions, +invoked, -cancelled | changed context`; empty where the event is ignored. A situation follows
 * after `&`, where a guard decides otherwise.
 */
const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stopped: {
    'session.start': 'starting.hooks | acceptStart beginStart +startupHooks',
    'session.shutDown': 'stopped | answer',
    'session.shutDown force': 'stopped | answer',
    'session.restart': 'stopped | refuse',
    'session.restart & restartWanted': 'stopped | answer',
    'session.hold': 'stopped | answer | holdWanted=true',
    'session.resume': 'stopped | answer',
    'session.resume & holdWanted': 'stopped | answer | holdWanted=false',
    'session.failed': '',
  },
  'starting.hooks': {
    'session.start': 'starting.hooks | refuseStart',
    'session.shutDown': 'stopping.hooks | -startupHooks abandonStart answer stopLaunching +shutdownHooks',
    'session.shutDown & instantShutdown':
      'stopping.hooks | -startupHooks abandonStart answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.shutDown force':
      'stopping.hooks | -startupHooks abandonStart answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.restart': 'starting.hooks | answer | restartWanted=true',
    'session.hold': 'starting.hooks | answer | holdWanted=true',
    'session.resume': 'starting.hooks | answer',
    'session.resume & holdWanted': 'starting.hooks | answer | holdWanted=false',
    'session.failed':
      'stopping.hooks | -startupHooks abandonStart stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
    'done startupHooks': 'starting.restoring | -startupHooks +restore',
    'failed startupHooks':
      'stopping.hooks | -startupHooks abandonStart stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
  },
  'starting.restoring': {
    'session.start': 'starting.restoring | refuseStart',
    'session.shutDown': 'stopping.hooks | -restore abandonStart answer stopLaunching +shutdownHooks',
    'session.shutDown & instantShutdown':
      'stopping.hooks | -restore abandonStart answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.shutDown force':
      'stopping.hooks | -restore abandonStart answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.restart': 'starting.restoring | answer | restartWanted=true',
    'session.hold': 'starting.restoring | answer | holdWanted=true',
    'session.resume': 'starting.restoring | answer',
    'session.resume & holdWanted': 'starting.restoring | answer | holdWanted=false',
    'session.failed':
      'stopping.hooks | -restore abandonStart stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
    'done restore': 'starting.startupTasks | -restore +startupTasks',
    'failed restore':
      'stopping.hooks | -restore abandonStart stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
  },
  'starting.startupTasks': {
    'session.start': 'starting.startupTasks | refuseStart',
    'session.shutDown': 'stopping.hooks | -startupTasks abandonStart answer stopLaunching +shutdownHooks',
    'session.shutDown & instantShutdown':
      'stopping.hooks | -startupTasks abandonStart answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.shutDown force':
      'stopping.hooks | -startupTasks abandonStart answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.restart': 'starting.startupTasks | answer | restartWanted=true',
    'session.hold': 'starting.startupTasks | answer | holdWanted=true',
    'session.resume': 'starting.startupTasks | answer',
    'session.resume & holdWanted': 'starting.startupTasks | answer | holdWanted=false',
    'session.failed':
      'stopping.hooks | -startupTasks abandonStart stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
    'done startupTasks': 'running.active | -startupTasks abandonStart +watchConditions',
    'done startupTasks & restartWanted':
      'stopping.hooks | -startupTasks abandonStart stopLaunching +shutdownHooks',
    'done startupTasks & holdWanted': 'running.held | -startupTasks abandonStart +watchConditions beginHold',
    'failed startupTasks':
      'stopping.hooks | -startupTasks abandonStart stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
  },
  'running.active': {
    'session.start': 'running.active | refuseStart',
    'session.shutDown': 'stopping.hooks | -watchConditions answer stopLaunching +shutdownHooks',
    'session.shutDown & instantShutdown':
      'stopping.hooks | -watchConditions answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.shutDown force':
      'stopping.hooks | -watchConditions answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.restart':
      'stopping.hooks | -watchConditions answer stopLaunching +shutdownHooks | restartWanted=true',
    'session.hold': 'running.held | answer beginHold | holdWanted=true',
    'session.resume': 'running.active | answer',
    'session.failed':
      'stopping.hooks | -watchConditions stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
    'failed watchConditions':
      'stopping.hooks | -watchConditions stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
  },
  'running.held': {
    'session.start': 'running.held | refuseStart',
    'session.shutDown': 'stopping.hooks | endHold -watchConditions answer stopLaunching +shutdownHooks',
    'session.shutDown & instantShutdown':
      'stopping.hooks | endHold -watchConditions answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.shutDown force':
      'stopping.hooks | endHold -watchConditions answer stopLaunching terminateRuns +shutdownHooks | terminateWanted=true',
    'session.restart':
      'stopping.hooks | endHold -watchConditions answer stopLaunching +shutdownHooks | restartWanted=true',
    'session.hold': 'running.held | answer',
    'session.resume': 'running.active | endHold resumeLaunching answer | holdWanted=false',
    'session.failed':
      'stopping.hooks | endHold -watchConditions stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
    'failed watchConditions':
      'stopping.hooks | endHold -watchConditions stopLaunching terminateRuns +shutdownHooks | terminateWanted=true failure=set',
  },
  'stopping.hooks': {
    'session.start': 'stopping.hooks | refuseStart',
    'session.shutDown': 'stopping.hooks | terminateRuns answer | terminateWanted=true',
    'session.shutDown & restartWanted': 'stopping.hooks | answer | restartWanted=false',
    'session.shutDown force': 'stopping.hooks | terminateRuns answer | terminateWanted=true',
    'session.restart': 'stopping.hooks | refuse',
    'session.restart & restartWanted': 'stopping.hooks | answer',
    'session.hold': 'stopping.hooks | refuse',
    'session.resume': 'stopping.hooks | answer',
    'session.failed': 'stopping.hooks | terminateRuns | terminateWanted=true failure=set',
    'done shutdownHooks': 'stopping.shutdownTasks | -shutdownHooks +shutdownTasks',
    'failed shutdownHooks':
      'stopping.terminating | -shutdownHooks terminateRuns +awaitEnds | terminateWanted=true failure=set',
  },
  'stopping.shutdownTasks': {
    'session.start': 'stopping.shutdownTasks | refuseStart',
    'session.shutDown': 'stopping.shutdownTasks | terminateRuns answer | terminateWanted=true',
    'session.shutDown & restartWanted': 'stopping.shutdownTasks | answer | restartWanted=false',
    'session.shutDown force': 'stopping.shutdownTasks | terminateRuns answer | terminateWanted=true',
    'session.restart': 'stopping.shutdownTasks | refuse',
    'session.restart & restartWanted': 'stopping.shutdownTasks | answer',
    'session.hold': 'stopping.shutdownTasks | refuse',
    'session.resume': 'stopping.shutdownTasks | answer',
    'session.failed': 'stopping.shutdownTasks | terminateRuns | terminateWanted=true failure=set',
    'done shutdownTasks': 'stopping.draining | -shutdownTasks +drain',
    'done shutdownTasks & terminateWanted': 'stopping.terminating | -shutdownTasks +awaitEnds',
    'failed shutdownTasks':
      'stopping.terminating | -shutdownTasks terminateRuns +awaitEnds | terminateWanted=true failure=set',
  },
  'stopping.draining': {
    'session.start': 'stopping.draining | refuseStart',
    'session.shutDown':
      'stopping.terminating | -drain terminateRuns answer +awaitEnds | terminateWanted=true',
    'session.shutDown & restartWanted': 'stopping.draining | answer | restartWanted=false',
    'session.shutDown force':
      'stopping.terminating | -drain terminateRuns answer +awaitEnds | terminateWanted=true',
    'session.restart': 'stopping.draining | refuse',
    'session.restart & restartWanted': 'stopping.draining | answer',
    'session.hold': 'stopping.draining | refuse',
    'session.resume': 'stopping.draining | answer',
    'session.failed':
      'stopping.terminating | -drain terminateRuns +awaitEnds | terminateWanted=true failure=set',
    'done drain': 'stopping.afterHooks | -drain +afterHooks',
    'timeout drain': 'stopping.terminating | -drain terminateRuns +awaitEnds | terminateWanted=true',
    'failed drain':
      'stopping.terminating | -drain terminateRuns +awaitEnds | terminateWanted=true failure=set',
  },
  'stopping.terminating': {
    'session.start': 'stopping.terminating | refuseStart',
    'session.shutDown': 'stopping.terminating | terminateRuns answer',
    'session.shutDown & restartWanted': 'stopping.terminating | answer | restartWanted=false',
    'session.shutDown force': 'stopping.terminating | terminateRuns answer',
    'session.restart': 'stopping.terminating | refuse',
    'session.restart & restartWanted': 'stopping.terminating | answer',
    'session.hold': 'stopping.terminating | refuse',
    'session.resume': 'stopping.terminating | answer',
    'session.failed': 'stopping.terminating | terminateRuns | failure=set',
    'done awaitEnds': 'stopping.afterHooks | -awaitEnds +afterHooks',
    'failed awaitEnds': 'stopping.afterHooks | -awaitEnds +afterHooks | failure=set',
  },
  'stopping.afterHooks': {
    'session.start': 'stopping.afterHooks | refuseStart',
    'session.shutDown': 'stopping.afterHooks | terminateRuns answer | terminateWanted=true',
    'session.shutDown & restartWanted': 'stopping.afterHooks | answer | restartWanted=false',
    'session.shutDown force': 'stopping.afterHooks | terminateRuns answer | terminateWanted=true',
    'session.restart': 'stopping.afterHooks | refuse',
    'session.restart & restartWanted': 'stopping.afterHooks | answer',
    'session.hold': 'stopping.afterHooks | refuse',
    'session.resume': 'stopping.afterHooks | answer',
    'session.failed': 'stopping.afterHooks | terminateRuns | terminateWanted=true failure=set',
    'done afterHooks': 'stopping.releasing | -afterHooks +release',
    'done afterHooks & restartWanted':
      'starting.hooks | -afterHooks beginRestart beginStart +startupHooks | restartWanted=false restarts=1',
    'done afterHooks & relaunch': 'stopping.releasing | -afterHooks beginRestart +release',
    'failed afterHooks': 'stopping.releasing | -afterHooks +release | failure=set',
  },
  'stopping.releasing': {
    'session.start': 'stopping.releasing | deferStart | startWanted=true',
    'session.start & startWanted': 'stopping.releasing | refuseStart',
    'session.shutDown': 'stopping.releasing | answer',
    'session.shutDown & restartWanted': 'stopping.releasing | answer | restartWanted=false',
    'session.shutDown & startWanted': 'stopping.releasing | callOffStart answer | startWanted=false',
    'session.shutDown force': 'stopping.releasing | answer',
    'session.shutDown force & restartWanted': 'stopping.releasing | answer | restartWanted=false',
    'session.shutDown force & startWanted': 'stopping.releasing | callOffStart answer | startWanted=false',
    'session.restart': 'stopping.releasing | refuse',
    'session.restart & restartWanted': 'stopping.releasing | answer',
    'session.hold': 'stopping.releasing | answer | holdWanted=true',
    'session.resume': 'stopping.releasing | answer',
    'session.resume & holdWanted': 'stopping.releasing | answer | holdWanted=false',
    'session.failed': 'stopping.releasing |  | failure=set',
    'done release': 'stopped | -release finishStop',
    'done release & startWanted':
      'starting.hooks | -release finishStop acceptStart beginStart +startupHooks | startWanted=false',
    'failed release': 'stopped | -release finishStop | failure=set',
    'failed release & startWanted':
      'starting.hooks | -release finishStop acceptStart beginStart +startupHooks | startWanted=false',
  },
}

const toEvent = (text: string): SessionEvent => {
  const [type = '', more] = text.split(' ')
  if (type === 'done') return done(more!, true)
  if (type === 'timeout') return done(more!, false)
  if (type === 'failed') return failed(more!)
  if (type === 'session.failed') return event(type, { error: 'broken' })
  return event(type, { ...(more === 'force' ? { force: true } : {}), task: 't', actorId: 't#0', actors: [] })
}

const controls = [
  'session.start',
  'session.shutDown',
  'session.restart',
  'session.hold',
  'session.resume',
  'session.failed',
]

const cases = Object.entries(table).flatMap(([leaf, rows]) =>
  Object.entries(rows).map(([when, step]) => [leaf, when, step] as const),
)

describe('the table', () => {
  test('has a row for every leaf state × every event that does not mean the same in all', () => {
    expect(Object.keys(table)).toEqual(leaves())
    for (const [leaf, rows] of Object.entries(table)) {
      const whens = Object.keys(rows).map((when) => when.split(' & ')[0]!)
      const actor = invoked[leaf]
      const ends = actor === undefined ? [] : [`failed ${actor}`]
      if (actor !== undefined && actor !== 'watchConditions') ends.push(`done ${actor}`)
      expect([leaf, ...new Set(whens)]).toEqual(expect.arrayContaining([leaf, ...controls, ...ends]))
    }
  })

  test('knows every event of the machine', () => {
    const ends = [...new Set(Object.values(invoked))].flatMap((id) => [done(id).type, failed(id).type])
    const known = new Set<string>([...Object.keys(everywhere), ...controls, ...ends])
    expect(sessionMachine.events.filter((type) => !known.has(type))).toEqual([])
    expect([...Object.keys(everywhere), ...controls].filter((type) => !hasEvent(type))).toEqual([])
  })

  test('has every command', () => {
    expect(commandTypes.filter((type) => !hasEvent(type))).toEqual([])
  })

  test('has as many rows for a state and an event as the machine has transitions for them', () => {
    for (const leaf of leaves()) {
      const rows = Object.keys(table[leaf]!)
      for (const type of [...controls, done(invoked[leaf] ?? '').type, failed(invoked[leaf] ?? '').type]) {
        const count = rows.filter((when) => toEvent(when.split(' & ')[0]!).type === type).length
        expect([leaf, type, count >= transitionsOf(leaf, type)]).toEqual([leaf, type, true])
      }
    }
  })

  test.each(cases)('%s: %s', (leaf, when, step) => {
    const [text = '', situation] = when.split(' & ')
    const context = situation === undefined ? {} : situations[situation]
    expect(context).toBeDefined()
    expect(stepOf(inState(leaf, context), toEvent(text))).toBe(step)
  })
})

describe.each(Object.keys(paths))('in %s', (leaf) => {
  test('the path leads there, and the actor of the state is invoked alone', () => {
    const snapshot = play(paths[leaf]!)
    expect(leafOf(snapshot)).toBe(leaf)
    expect(Object.keys(snapshot.children)).toEqual(invoked[leaf] === undefined ? [] : [invoked[leaf]])
  })

  test.each(Object.entries(everywhere))('%s stays in the state', (type, actions) => {
    const step = actions === '' ? '' : `${leaf} | ${actions}`
    expect(stepOf(inState(leaf), toEvent(type))).toBe(step)
  })

  test('the end of an actor of another state means nothing', () => {
    for (const id of new Set(Object.values(invoked)))
      if (id !== invoked[leaf]) expect([id, stepOf(inState(leaf), done(id))]).toEqual([id, ''])
  })

  test('the public word is single', () => {
    const { value } = play(paths[leaf]!)
    expect(toSessionState(value)).toBe(leaf === 'running.held' ? 'held' : leaf.split('.')[0])
  })
})

test('a command to a task that is gone is refused', () => {
  const without = sessionMachine.provide({ guards: { hasTask: () => false } })
  const [stopped] = initialTransition(without, { name: 's' })
  const [, actions] = transition(without, stopped, toEvent('task.run'))
  expect(actions.map(({ type }) => type)).toEqual(['refuse'])
})

describe('the context', () => {
  test('takes options of an update, and the defaults where they are taken back', () => {
    const options = (given: object) => event('session.update', { options: given })
    const { context } = play([options({ instantShutdown: true, restarting: 'relaunch', timeout: 1 })])
    expect(context).toMatchObject({ instantShutdown: true, restarting: 'relaunch' })
    expect(context).not.toHaveProperty('timeout')
    const back = play([options({ restarting: 'replace' }), options({ restarting: undefined })])
    expect(back.context).toMatchObject({ instantShutdown: false, restarting: 'recall' })
  })

  test('keeps the first fatal error until the next start', () => {
    const first = event('session.failed', { error: 'first' })
    const second = event('session.failed', { error: 'second' })
    const failure = [...paths['running.active']!, first, second]
    expect(play(failure).context.failure).toEqual({ error: 'first' })
    const stop = [
      done('shutdownHooks'),
      done('shutdownTasks'),
      done('awaitEnds'),
      done('afterHooks'),
      done('release'),
    ]
    const stopped = play([...failure, ...stop])
    expect([stopped.value, stopped.context.failure]).toEqual(['stopped', { error: 'first' }])
    expect(play([...failure, ...stop, event('session.start')]).context).toMatchObject({
      failure: null,
      terminateWanted: false,
    })
  })
})

function hasEvent(type: string): boolean {
  return (sessionMachine.events as readonly string[]).includes(type)
}

/** The transitions that the machine has for an event in a leaf state: of the innermost state that names the event. */
function transitionsOf(leaf: string, type: string): number {
  const nodes = [sessionMachine.root]
  for (const name of leaf.split('.')) nodes.push(nodes.at(-1)!.states[name]! as never)
  for (const node of nodes.reverse()) {
    const own = node.transitions.get(type as never)
    if (own !== undefined) return own.length
  }
  return 0
}
