/**
 * The events that the actors of a session accept from outside: the commands, checked as `session.send` checks
 * them.
 */
import type { AnyActorRef, EventObject } from 'xstate'
import { type Command, commandTypes } from '../../../machines/commands.ts'
import { showValue } from '../../errors/show-value.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { checkOptions } from '../../values/check-options.ts'
import { type Door, tell } from '../actors/guarded-actor.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** The commands that name a task: a task's actor takes them without the name. */
const taskCommands = commandTypes.filter((type) => type.startsWith('task.') && type !== 'task.create')
const runCommands = ['run.terminate']

/** The door of the session's actor: it takes every command. */
export function sessionDoor(core: Core): Door {
  return {
    ...inspectionOf(core),
    take(_actor, given) {
      core.send(plainEvent(given) as Command)
    },
    refuseStop: () => refusedStop('the session', 'call session.shutDown()'),
    childFailed,
  }
}

/** The door of the actors of tasks. */
export function taskDoor(core: Core): Door {
  return {
    ...inspectionOf(core),
    take(actor, given) {
      const entry = entryOf(core, actor)
      const event = withType(plainEvent(given), taskCommands, `task '${entry.name}'`)
      const named = (event as { readonly task?: unknown }).task ?? entry.name
      if (named !== entry.name)
        throw new TypeError(
          `Cannot send '${event.type}' to the actor of task '${entry.name}' as it must name no other task: ${showValue(named)}`,
        )
      core.send({ ...event, task: entry.name } as Command)
    },
    refuseStop: (actor) =>
      refusedStop(`task '${nameOf(actor)}'`, `call session.removeTask('${nameOf(actor)}')`),
    childFailed,
  }
}

/** The door of the actors of runs: from outside a run can only be told to end. */
export function runDoor(core: Core): Door {
  return {
    ...inspectionOf(core),
    take(actor, given) {
      const of = `a run of task '${nameOf(actor)}'`
      const event = withType(plainEvent(given), runCommands, of)
      const { type, reason = 'asked', ...others } = event as { type: string; reason?: unknown }
      checkOptions(others, [], `members of '${type}'`)
      if (reason !== 'asked')
        throw new TypeError(`Cannot send '${type}' as its reason must be 'asked': ${showValue(reason)}`)
      tell(actor, { type, reason })
    },
    refuseStop: (actor) => refusedStop(`a run of task '${nameOf(actor)}'`, `send it 'run.terminate'`),
    childFailed: () => null,
  }
}

const childFailed = (actorId: string): EventObject & { readonly actorId: string } => ({
  type: 'actor.failed',
  actorId,
})

function inspectionOf(core: Core): Pick<Door, 'isInspecting' | 'defer' | 'requests'> {
  return {
    isInspecting: () => core.inspecting > 0,
    defer: (call) => core.clock.defer(call),
    requests: core.requests as Door['requests'],
  }
}

function entryOf(core: Core, actor: AnyActorRef): TaskEntry {
  const entry = core.byId.get(actor.id)
  // Says which tasks there are, unless another task has its name by now.
  if (entry === undefined || entry.isRemoved) core.entry(nameOf(actor))
  else return entry
  throw new TypeError(
    `Cannot send to that actor as its task must be in the session: '${nameOf(actor)}' was removed, and another task has its name. Use session.task('${nameOf(actor)}').actor`,
  )
}

function nameOf(actor: AnyActorRef): string {
  const { context } = actor.getSnapshot() as { context: { readonly name?: string; readonly task?: string } }
  return context.name ?? context.task ?? actor.id
}

/**
 * A copy with plain members: what was checked is what is sent, even if the event changes when it is read again. Request ids
 * are given by the session alone.
 */
export function plainEvent(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  try {
    const { request, ...event } = given as { type: string; request?: unknown }
    // Each member is read once. A type on the prototype is a type, too.
    return Object.hasOwn(event, 'type') ? event : { ...event, type: (given as { type: string }).type }
  } catch (cause) {
    throw new TypeError('Cannot send that as the members of an event must be readable.', { cause })
  }
}

function withType(event: unknown, known: readonly string[], to: string): EventObject {
  const type = (event as { readonly type?: unknown } | null | undefined)?.type
  if (known.includes(type as string)) return event as EventObject
  const hint = typeof type === 'string' ? didYouMeanNearest(type, known) : ''
  const types = known.map((each) => `'${each}'`).join(', ')
  const shown = showValue(typeof event === 'object' && event !== null ? type : event)
  throw new TypeError(`Cannot send that to ${to} as its type must be one of ${types}: ${shown}.${hint}`)
}

function refusedStop(what: string, instead: string): Error {
  return new Error(
    `Cannot stop the actor of ${what} as only the session ends its actors. To end it, ${instead}.`,
  )
}
