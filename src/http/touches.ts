/** Which tasks and permissions a request touches beside its own: each is asked for before anything is done. */
import type { Command, Session } from '../index.ts'
import { Mask } from './mask.ts'
import type { Permission } from './route.ts'

/** What is about to be done. */
export interface Action {
  readonly permission: Permission
  readonly task: string | null
  /** Whether the task is one to be made: no task of that name has to be there. */
  readonly isNew?: boolean
}

/** What else a request does, and the tasks that its statements ask about. */
export interface Touches {
  readonly actions: readonly Action[]
  /** Names in conditions that it sets. */
  readonly mentions: readonly string[]
}

const nothing: Touches = { actions: [], mentions: [] }

/** Options by which a session stops, or decides what becomes of its runs when it does. */
const stopping = ['shutCondition', 'instantShutdown', 'drainTimeout'] as const

type Options = Readonly<Record<string, unknown>>

/** What a command touches. */
export function touchesOf(session: Session, command: Command): Touches {
  switch (command.type) {
    case 'session.run':
      return { actions: command.tasks.map((task) => ({ permission: 'task.run', task })), mentions: [] }
    case 'session.update':
      return touchesOfConfig(command.options)
    case 'task.update':
      return touchesOfTask(command.options)
    case 'task.create':
      return touchesOfNew(session, command.task, {
        start: command.start,
        ...(command.options as Options | undefined),
      })
    default:
      return nothing
  }
}

/** What a change of the session's options comes to. */
export function touchesOfConfig(options: Options): Touches {
  const actions: Action[] = []
  if (stopping.some((name) => options[name] !== undefined))
    actions.push({ permission: 'session.shutDown', task: null })
  if (options.restarting !== undefined) actions.push({ permission: 'session.restart', task: null })
  return { actions, mentions: Mask.namesIn(options.shutCondition) }
}

/** What a change of a task's options comes to. */
export function touchesOfTask(options: Options): Touches {
  return { actions: [], mentions: Mask.namesIn([options.start, options.end]) }
}

/** What a new task comes to: where names may be taken over, the end of the one that has it. */
export function touchesOfNew(session: Session, task: string, options: Options): Touches {
  const isReplaced = session.options.onTaskExists === 'replace' && session.has(task)
  const created: Action = { permission: 'task.create', task, isNew: true }
  return {
    ...touchesOfTask(options),
    actions: isReplaced ? [created, { permission: 'task.remove', task, isNew: true }] : [created],
  }
}
