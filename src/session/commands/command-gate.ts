/** The events that the actors of a session accept from outside: commands, validated as by `session.send`. */
import type { AnyActorRef, EventObject } from 'xstate'
import { type Command, commandTypes } from '../../../machines/commands.ts'
import type { Clock } from '../../clock/clock.ts'
import { showValue } from '../../errors/show-value.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { checkOptions } from '../../values/check-options.ts'
import { type Door, tell } from '../actors/guarded-actor.ts'
import type { Inspection } from '../guard-inspect.ts'
import type { Registry } from '../state/registry.ts'
import type { Requests } from '../state/requests.ts'
import type { TaskEntry } from '../state/task-state.ts'

export interface DoorDeps {
  readonly clock: Clock
  readonly registry: Registry
  readonly requests: Requests
  readonly inspection: Inspection
  /** Ends the run of an actor that failed whose parent no longer accepts events. */
  readonly orphanFailed: (taskId: string, actorId: string) => void
  /** Carries out a command. */
  readonly send: (command: Command) => unknown
}

/** The commands to one task. The actor of a task accepts them without the name. */
const taskCommands = commandTypes.filter(
  (type) => type === 'run.send' || (type.startsWith('task.') && type !== 'task.create'),
)
const runCommands = ['run.terminate']

/** The door of the session's actor, which accepts every command. */
export function sessionDoor(deps: DoorDeps): Door {
  return {
    ...inspectionOf(deps),
    take(_actor, given) {
      deps.send(plainEvent(given) as Command)
    },
    refuseStop: () => refusedStop('the session', 'call session.shutDown()'),
    childFailed,
    orphanFailed: () => {},
  }
}

/** The door of a task's actor, which accepts the commands to this task. */
export function taskDoor(deps: DoorDeps): Door {
  return {
    ...inspectionOf(deps),
    take(actor, given) {
      const entry = entryOf(deps.registry, actor)
      const event = withType(plainEvent(given), taskCommands, `task '${entry.name}'`)
      const named = (event as { readonly task?: unknown }).task ?? entry.name
      if (named !== entry.name)
        throw new TypeError(
          `Cannot send '${event.type}' to the actor of task '${entry.name}' as it must name no other task: ${showValue(named)}`,
        )
      deps.send({ ...event, task: entry.name } as Command)
    },
    refuseStop: (actor) =>
      refusedStop(`task '${nameOf(actor)}'`, `call session.removeTask('${nameOf(actor)}')`),
    childFailed,
    orphanFailed: (actor, actorId) => deps.orphanFailed(actor.id, actorId),
  }
}

/** The door of a run's actor, which accepts only `run.terminate`. */
export function runDoor(deps: DoorDeps): Door {
  return {
    ...inspectionOf(deps),
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
    orphanFailed: () => {},
  }
}

const childFailed = (actorId: string): EventObject & { readonly actorId: string } => ({
  type: 'actor.failed',
  actorId,
})

function inspectionOf({
  clock,
  inspection,
  requests,
}: DoorDeps): Pick<Door, 'inspection' | 'defer' | 'requests'> {
  return {
    inspection,
    defer: (call) => clock.defer(call),
    requests: requests as Door['requests'],
  }
}

function entryOf(registry: Registry, actor: AnyActorRef): TaskEntry {
  const entry = registry.byId.get(actor.id)
  // Throws an error that suggests similar names, unless another task has the name by now.
  if (entry === undefined || entry.isRemoved) registry.entry(nameOf(actor))
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
 * A copy with plain members, so that the validated values are those that are sent, even if the event has getters. The member
 * `request` is dropped: only the session assigns request ids.
 */
export function plainEvent(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  try {
    const { request, ...event } = given as { type: string; request?: unknown }
    // Each member is read once. The type may be on the prototype.
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
