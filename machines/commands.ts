/** Commands: the events that control a session, as they are sent and as its actors receive them. */
import type { ParamValues } from './protocol.ts'

/**
 * Commands: the events that may be sent to a session. JSON that names them may come from another program. A command that
 * is unknown, or names a task that is not there, throws in `session.send`; one that the present state does not accept is a
 * `CommandRefusedError`.
 *
 * Values that JSON has no form for (functions, dates, conditions) work within a process: the session keeps them, and
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
      /** A waiting or live run of the same key is the run that is asked for. */
      readonly key?: string
      readonly execution?: string
      /** The id of the run. Default: a new one. A waiting or live run with this id is the run that is asked for. */
      readonly runId?: string
    }
  /** A run for each period that ended in `(from, to]`; times are epoch ms or ISO 8601, read in the task's zone. */
  | {
      readonly type: 'task.backfill'
      readonly task: string
      readonly from: number | string
      readonly to: number | string
      /** Ids of the runs, oldest period first. Default: new ones. */
      readonly runIds?: readonly string[]
    }
  | { readonly type: 'task.terminate'; readonly task: string; readonly runId?: string }
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
      /** The name of a template, for senders that cannot send code; else `start` and `work` are given. */
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
  /** The id that the answer refers to. Absent where no answer is wanted. */
  readonly request?: string
  /**
   * The key of values that JSON has no form for. The process that registered them finds them under it; any other
   * refuses the event.
   */
  readonly ref?: string
}

/**
 * A command as the actors of a session receive it, and as inspectors show it: plain JSON. `JSON.parse(JSON.stringify(event))`
 * is the same event; sent to another session, it does the same there.
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
 * The names of all commands, for checking what comes from outside.
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
