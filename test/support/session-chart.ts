/** The session machine as a table: its leaf states, its events, and what a step does, as text. */
import { type AnyStateNode, initialTransition, type SnapshotFrom, transition } from 'xstate'
import { sessionMachine } from '../../machines/session.machine.ts'
import type { SessionContext, SessionEvent } from '../../machines/session.setup.ts'

export type SessionSnapshot = SnapshotFrom<typeof sessionMachine>

export const event = (type: string, more: object = {}): SessionEvent => ({ type, ...more }) as SessionEvent
export const done = (actorId: string, output?: unknown): SessionEvent =>
  event(`xstate.done.actor.${actorId}`, { output, actorId })
export const failed = (actorId: string): SessionEvent =>
  event(`xstate.error.actor.${actorId}`, { error: 'broken', actorId })

const toRunning = [event('session.start'), done('startupHooks'), done('restore'), done('startupTasks')]
const toDraining = [...toRunning, event('session.shutDown'), done('shutdownHooks'), done('shutdownTasks')]

/** Events that lead to each leaf state. */
export const paths: Readonly<Record<string, readonly SessionEvent[]>> = {
  stopped: [],
  'starting.hooks': toRunning.slice(0, 1),
  'starting.restoring': toRunning.slice(0, 2),
  'starting.startupTasks': toRunning.slice(0, 3),
  'running.active': toRunning,
  'running.held': [...toRunning, event('session.hold')],
  'stopping.hooks': toDraining.slice(0, -2),
  'stopping.shutdownTasks': toDraining.slice(0, -1),
  'stopping.draining': toDraining,
  'stopping.terminating': [...toDraining, event('session.shutDown')],
  'stopping.afterHooks': [...toDraining, done('drain', true)],
  'stopping.releasing': [...toDraining, done('drain', true), done('afterHooks')],
}

export const play = (events: readonly SessionEvent[]): SessionSnapshot =>
  events.reduce(
    (snapshot, each) => transition(sessionMachine, snapshot, each)[0],
    initialTransition(sessionMachine, { name: 's' })[0],
  )

/** The session in a leaf state, with a changed context. */
export const inState = (leaf: string, context: Partial<SessionContext> = {}): SessionSnapshot => {
  const snapshot = play(paths[leaf]!)
  return { ...snapshot, context: { ...snapshot.context, ...context } }
}

/** `running.active` for `{ running: 'active' }`. */
export const leafOf = ({ value }: SessionSnapshot): string =>
  typeof value === 'string' ? value : Object.entries(value).flat().join('.')

/** All leaf states but those that are passed through at once. */
export const leaves = (): string[] => {
  const found: string[] = []
  const walk = (node: AnyStateNode): void => {
    const states = Object.values(node.states)
    for (const state of states) walk(state)
    const isPassed = node.always?.some(({ guard }) => guard === undefined) === true
    if (states.length === 0 && !isPassed) found.push(node.path.join('.'))
  }
  walk(sessionMachine.root)
  return found
}

/** The effect of a step: `next | actions, +invoked, -cancelled | changed context`; empty for an event that is ignored. */
export const stepOf = (before: SessionSnapshot, given: SessionEvent): string => {
  const [after, actions] = transition(sessionMachine, before, given)
  const names = actions.map((action) => {
    const { type, params } = action as { readonly type: string; readonly params?: unknown }
    const { id, actorRef } = (params ?? {}) as { id?: string; actorRef?: { id: string } }
    if (type === 'xstate.spawnChild') return `+${id}`
    return type === 'xstate.stopChild' ? `-${(actorRef ?? (params as never as { id: string })).id}` : type
  })
  const changed = Object.entries(after.context)
    .filter(([name, value]) => before.context[name as keyof SessionContext] !== value)
    .map(([name, value]) => `${name}=${typeof value === 'object' && value !== null ? 'set' : value}`)
  const next = leafOf(after)
  if (next === leafOf(before) && names.length === 0 && changed.length === 0) return ''
  return [next, names.join(' '), changed.join(' ')].join(' | ').replace(/[ |]+$/, '')
}
