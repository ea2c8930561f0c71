/** Commands that control a session: the form that callers send, and the form that its actors receive. */
import type { ParamValues } from './protocol.ts'

/**
 * The commands of a session: the events that `session.send` takes, also as parsed JSON from another program. `session.send`
 * throws for an unknown command or task, and a `CommandRefusedError` for a command that the present state does not accept.
 *
 * Values that JSON cannot carry (functions, dates, conditions) work within a process: the session keeps them, and
 * the event that its actors receive ({@link CommandEvent}) carries a key instead.
 *
 * @example
 * ```ts
 * const command: Command = { type: 'task.run', task: 'report', params: { day: '2026-11-24' } }
 * session.send(command)
 * ```
 */
export type Command =
  | {
      readonly type: 'task.run'
      readonly task: string
      readonly params?: ParamValues
      /** Idempotency key: a queued or live run with the same key is returned instead of a new run. */
      readonly key?: string
      readonly execution?: string
      /** The id of the run. Default: a new id. A queued or live run with this id is returned instead of a new run. */
      readonly runId?: string
    }
  /** A run for each period that ended in `(from, to]`; times are epoch ms or ISO 8601, read in the task's zone. */
  | {
      readonly type: 'task.backfill'
      readonly task: string
      readonly from: number | string
      readonly to: number | string
      /** Ids of the runs, oldest period first. Default: new ids. */
      readonly runIds?: readonly string[]
    }
  | { readonly type: 'task.terminate'; readonly task: string; readonly runId?: string }
  /** An event for a live run whose work is a workflow; without an id, for all live runs of the task. */
  | {
      readonly type: 'run.send'
      readonly task: string
      readonly runId?: string
      readonly event: { readonly type: string }
    }
  | { readonly type: 'task.disable'; readonly task: string }
  | { readonly type: 'task.enable'; readonly task: string }
  | {
      readonly type: 'task.update'
      readonly task: string
      readonly options: Readonly<Record<string, unknown>>
    }
  | {
      readonly type: 'task.create'
      readonly task: string
      /** The name of a template, for senders that cannot send code; otherwise `start` and `work` are required. */
      readonly template?: string
      readonly start?: unknown
      readonly options?: unknown
      readonly work?: unknown
    }
  | { readonly type: 'task.remove'; readonly task: string }
  | { readonly type: 'param.set'; readonly name: string; readonly value: unknown }
  | { readonly type: 'param.unset'; readonly name: string }
  | {
      readonly type: 'session.run'
      readonly tasks: readonly string[]
      readonly execution?: string
      readonly obeyConditions?: boolean
    }
  | { readonly type: 'session.update'; readonly options: Readonly<Record<string, unknown>> }
  | { readonly type: 'session.shutDown'; readonly force?: boolean }
  | { readonly type: 'session.restart' }
  | { readonly type: 'session.hold' }
  | { readonly type: 'session.resume' }

/**
 * A value that JSON can carry.
 *
 * @example
 * ```ts
 * import type { Json } from 'gantry/machines'
 *
 * const value: Json = { day: '2026-11-24', retries: [1, 2, 3] }
 * ```
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/** Values by name, as JSON. */
type JsonObject = { readonly [name: string]: Json | undefined }

/** Members that the session adds to each command. */
type Sent = {
  /** The id that the answer refers to. Absent if no answer is expected. */
  readonly request?: string
  /**
   * The key of values that JSON cannot carry. Only the process that registered the values can resolve it; any other
   * process refuses the event.
   */
  readonly ref?: string
}

/**
 * A command as the actors of a session receive it, and as inspectors show it: plain JSON. `JSON.parse(JSON.stringify(event))`
 * is the same event, and has the same effect in another session.
 *
 * @example
 * ```ts
 * import type { CommandEvent } from 'gantry/machines'
 *
 * const recorded: CommandEvent[] = []
 * session.send(JSON.parse(JSON.stringify(recorded[0])))
 * ```
 */
export type CommandEvent = Sent &
  (
    | {
        readonly type: 'task.run'
        readonly task: string
        readonly params?: JsonObject
        readonly key?: string
        readonly execution?: string
        readonly runId?: string
      }
    | {
        readonly type: 'task.backfill'
        readonly task: string
        readonly from: number | string
        readonly to: number | string
        readonly runIds?: readonly string[]
      }
    | { readonly type: 'task.terminate'; readonly task: string; readonly runId?: string }
    | {
        readonly type: 'run.send'
        readonly task: string
        readonly runId?: string
        readonly event?: JsonObject
      }
    | { readonly type: 'task.disable'; readonly task: string }
    | { readonly type: 'task.enable'; readonly task: string }
    | { readonly type: 'task.update'; readonly task: string; readonly options: JsonObject }
    | {
        readonly type: 'task.create'
        readonly task: string
        readonly template?: string
        readonly start?: Json
        readonly options?: JsonObject
      }
    | { readonly type: 'task.remove'; readonly task: string }
    | { readonly type: 'param.set'; readonly name: string; readonly value?: Json }
    | { readonly type: 'param.unset'; readonly name: string }
    | {
        readonly type: 'session.run'
        readonly tasks: readonly string[]
        readonly execution?: string
        readonly obeyConditions?: boolean
      }
    | { readonly type: 'session.update'; readonly options: JsonObject }
    | { readonly type: 'session.shutDown'; readonly force?: boolean }
    | { readonly type: 'session.restart' }
    | { readonly type: 'session.hold' }
    | { readonly type: 'session.resume' }
  )

/**
 * The name of a command.
 *
 * @example
 * ```ts
 * import type { CommandType } from 'gantry/machines'
 *
 * const harmless: ReadonlySet<CommandType> = new Set(['task.run', 'session.hold', 'session.resume'])
 * ```
 */
export type CommandType = Command['type']

/**
 * The names of all commands, for the validation of input.
 *
 * @example
 * ```ts
 * import { commandTypes } from 'gantry/machines'
 *
 * const isKnown = (type: string): boolean => (commandTypes as readonly string[]).includes(type)
 * ```
 */
export const commandTypes: readonly CommandType[] = [
  'task.run',
  'task.backfill',
  'task.terminate',
  'run.send',
  'task.disable',
  'task.enable',
  'task.update',
  'task.create',
  'task.remove',
  'param.set',
  'param.unset',
  'session.run',
  'session.update',
  'session.shutDown',
  'session.restart',
  'session.hold',
  'session.resume',
]
