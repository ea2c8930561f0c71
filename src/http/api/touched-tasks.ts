/** Tasks and permissions that a request affects beyond its route's own. Each is authorized before anything is done. */
import { type Command, isArg, parse, type Session } from '../../app/index.ts'
import { Mask, textsIn } from '../security/mask.ts'
import type { Permission } from './route.ts'

/** An action about to be performed. */
export interface Action {
  readonly permission: Permission
  readonly task: string | null
  /** True if the task is to be created, so that no task of that name need exist. */
  readonly isNew?: boolean
}

/** Further actions of a request, and the tasks that its statements name. */
export interface Touches {
  readonly actions: readonly Action[]
  /** Names in the conditions that the request sets. */
  readonly mentions: readonly string[]
}

const nothing: Touches = { actions: [], mentions: [] }

/** Options that stop the session or control how a shut-down treats live runs. */
const stopping = ['shutCondition', 'instantShutdown', 'drainTimeout'] as const

type Options = Readonly<Record<string, unknown>>

/** The effects of a command. */
export function touchesOf(session: Session, command: Command): Touches {
  switch (command.type) {
    case 'session.run':
      return { actions: command.tasks.map((task) => ({ permission: 'task.run', task })), mentions: [] }
    case 'session.update':
      return touchesOfConfig(session, command.options)
    case 'task.update':
      return touchesOfTask(session, command.options)
    case 'task.create':
      return touchesOfNew(session, command.task, {
        start: command.start,
        ...(command.options as Options | undefined),
      })
    default:
      return nothing
  }
}

/** The effects of a change of the session's options. */
export function touchesOfConfig(session: Session, options: Options): Touches {
  const actions: Action[] = []
  if (stopping.some((name) => options[name] !== undefined))
    actions.push({ permission: 'session.shutDown', task: null })
  if (options.restarting !== undefined) actions.push({ permission: 'session.restart', task: null })
  return { actions, mentions: mentionsOf(session, options.shutCondition) }
}

/** The effects of a change of a task's options. */
export function touchesOfTask(session: Session, options: Options): Touches {
  return {
    actions: [],
    mentions: [...mentionsOf(session, options.start), ...mentionsOf(session, options.end)],
  }
}

/** The effects of a new task; with `onTaskExists: 'replace'` these include the removal of the task that has the name. */
export function touchesOfNew(session: Session, task: string, options: Options): Touches {
  const isReplaced = session.options.onTaskExists === 'replace' && session.has(task)
  const created: Action = { permission: 'task.create', task, isNew: true }
  return {
    ...touchesOfTask(session, options),
    actions: isReplaced ? [created, { permission: 'task.remove', task, isNew: true }] : [created],
  }
}

/**
 * Tasks that a statement names, as the session parses it: in either kind of quotes, and in custom phrases. A statement that cannot be
 * parsed is refused later.
 */
function mentionsOf({ words }: Session, statement: unknown): readonly string[] {
  if (typeof statement !== 'string') return []
  try {
    return parse(statement, words)
      .dependencies()
      .flatMap((on) => {
        if (on.kind === 'task') return [on.task]
        // A custom condition may receive a task's name, as text or in an arg.
        return on.kind === 'predicate' ? Object.values(on.node.args).flatMap(namesInArg) : []
      })
  } catch {
    return Mask.namesIn(statement)
  }
}

function namesInArg(arg: unknown): readonly string[] {
  if (typeof arg === 'string') return [arg]
  return isArg(arg) ? textsIn(arg.source) : []
}
