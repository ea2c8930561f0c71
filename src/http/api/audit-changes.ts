/** Changes made by a command, for the audit note: names with old and new values, secrets hidden. */
import type { Command } from '../../app/index.ts'
import type { Shared } from './context.ts'

/** One changed option or param; `from` is absent if the session does not expose the old value. */
export interface Change {
  /** The name of the option or param. */
  readonly name: string
  readonly from?: unknown
  readonly to: unknown
}

/** The fields of a command in the note, in addition to its type and task. */
export interface Changes {
  readonly param?: string
  readonly template?: string
  readonly runId?: string
  readonly tasks?: readonly string[]
  readonly event?: unknown
  readonly changes?: readonly Change[]
}

type Options = Readonly<Record<string, unknown>>

/** The changes of a command. Reads the old values, so it must be called before the command is sent. */
export function changesOf(shared: Shared, command: Command): Changes {
  const { session } = shared
  switch (command.type) {
    case 'task.update': {
      const before = session.has(command.task) ? session.task(command.task).toJSON() : {}
      return { changes: toChanges(shared, command.options, { ...before, ...timeoutOf(before) }) }
    }
    case 'task.create':
      return {
        ...(command.template === undefined ? {} : { template: command.template }),
        changes: toChanges(shared, {
          ...(command.start === undefined ? {} : { start: command.start }),
          ...(command.options as Options | undefined),
        }),
      }
    case 'session.update':
      return { changes: toChanges(shared, command.options, session.options as Options) }
    case 'param.set':
    case 'param.unset': {
      const { name } = command
      const before = session.params.has(name) ? { [name]: session.params.get(name) } : {}
      const after = { [name]: command.type === 'param.set' ? command.value : null }
      return { param: name, changes: toChanges(shared, after, before) }
    }
    case 'session.run':
      return { tasks: command.tasks }
    case 'task.terminate':
      return command.runId === undefined ? {} : { runId: command.runId }
    case 'run.send':
      return {
        ...(command.runId === undefined ? {} : { runId: command.runId }),
        event: shared.brief(command.event, 'event'),
      }
    default:
      return {}
  }
}

function toChanges({ brief }: Shared, after: Options, before: Options = {}): Change[] {
  // As data: a condition becomes its statement.
  const plain = (name: string, value: unknown): unknown =>
    brief(name === 'shutCondition' ? String(value) : value, name)
  return Object.entries(after).map(([name, to]) => ({
    name,
    ...(before[name] === undefined ? {} : { from: plain(name, before[name]) }),
    to: plain(name, to),
  }))
}

function timeoutOf(before: { readonly timeoutMs?: number | null }): Options {
  return before.timeoutMs === undefined ? {} : { timeout: before.timeoutMs ?? 'never' }
}
