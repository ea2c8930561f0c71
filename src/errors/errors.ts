/**
 * Error classes of Gantry.
 *
 * Invalid arguments are `TypeError` (type), `RangeError` (value) or `SyntaxError` (text). The classes here are errors
 * that callers may want to catch; each has a stable `code`, its data and, if there is one, the `cause`. Compare
 * `error.code` rather than `instanceof` across realms (threads, Jest, two copies of the package).
 */
import { didYouMean } from './suggest.ts'

/**
 * A task of that name already exists in the session. Thrown when a task is added, unless `onTaskExists` has another
 * value.
 *
 * @example
 * ```ts
 * try {
 *   session.createTask('report', 'hourly', () => {})
 * } catch (error) {
 *   if (error instanceof TaskExistsError) console.error(error.task)
 * }
 * ```
 */
export class TaskExistsError extends Error {
  override readonly name = 'TaskExistsError'
  readonly code = 'GANTRY_TASK_EXISTS'
  constructor(readonly task: string) {
    super(
      `Cannot add task '${task}' as names are unique in a session: a task '${task}' exists. ` +
        `Remove it first, choose another name, or set onTaskExists to 'ignore', 'replace' or 'rename'.`,
    )
  }
}

/**
 * No task of that name is in the session, or it was removed before its run started.
 *
 * @example
 * ```ts
 * try {
 *   session.task('reprot')
 * } catch (error) {
 *   if (error instanceof TaskNotFoundError) console.error(error.near) // [ 'report' ]
 * }
 * ```
 */
export class TaskNotFoundError extends Error {
  override readonly name = 'TaskNotFoundError'
  readonly code = 'GANTRY_TASK_NOT_FOUND'
  constructor(
    readonly task: string,
    /** Similar names in the session, nearest first. */
    readonly near: readonly string[] = [],
    message?: string,
  ) {
    super(
      message ?? `Cannot find task '${task}' as no task of that name is in the session.${didYouMean(near)}`,
    )
  }
}

/**
 * A condition function, promise or Observable failed. The condition is considered false; `onError.condition` determines
 * further effects. The message names the owner of the condition, and `cause` is the thrown value.
 *
 * @example
 * ```ts
 * const app = createApp({ onError: { condition: 'raise' } })
 * await app.run().catch((error) => {
 *   if (error instanceof ConditionError) console.error(error.data.statement, error.cause)
 * })
 * ```
 */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
  readonly code = 'GANTRY_CONDITION'
  constructor(
    message: string,
    readonly data: { readonly task?: string; readonly statement?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * A value that a task needs could not be resolved: a missing param, return or variable, or an arg function that failed.
 * The run that needs it fails.
 *
 * @example
 * ```ts
 * const { error } = await session.task('report').run()
 * if (error instanceof ArgError && error.reason === 'missing') console.error(error.message)
 * ```
 */
export class ArgError extends Error {
  override readonly name = 'ArgError'
  readonly code = 'GANTRY_ARG'
  constructor(
    message: string,
    /** `missing`: the value does not exist yet, so `.or()` applies; `failed`: resolving it threw. */
    readonly reason: 'missing' | 'failed' = 'missing',
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * A run or a session could not be set up as requested.
 *
 * @example
 * ```ts
 * try {
 *   app.task('scan', 'hourly', { execution: 'thread' }, () => {})
 * } catch (error) {
 *   if (error instanceof SetupError) console.error(error.message) // functions cannot be sent there
 * }
 * ```
 */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  readonly code = 'GANTRY_SETUP'
}

/**
 * The run log could not be read or written. `cause` is the error of the file system or the database.
 *
 * @example
 * ```ts
 * await createApp({ store: 'jsonl:./runs.jsonl' })
 *   .start()
 *   .catch((error) => {
 *     if (error instanceof RunLogError) console.error(error.message) // for example: another program has it open
 *   })
 * ```
 */
export class RunLogError extends Error {
  override readonly name = 'RunLogError'
  readonly code = 'GANTRY_RUN_LOG'
  /**
   * True if the entries are invalid and the store is not at fault (a value is not JSON): the same append would fail
   * again, so it is not retried. Custom stores set it with the option of the same name. Default: false.
   */
  readonly isEntryRefused: boolean

  constructor(message: string, options: ErrorOptions & { readonly isEntryRefused?: boolean } = {}) {
    super(message, options)
    this.isEntryRefused = options.isEntryRefused ?? false
  }
}

/**
 * The abort reason of a run that exceeded its timeout. Work that then rejects ends as `terminate`; work that still
 * returns ends as `success`.
 *
 * @example
 * ```ts
 * app.task('import', 'hourly', { timeout: '1 minute' }, async (_, { signal }) => {
 *   await fetch('https://example.org', { signal }).catch(() => {})
 *   if (signal.reason instanceof RunTimeoutError) console.error(signal.reason.timeoutMs) // 60000
 * })
 * ```
 */
export class RunTimeoutError extends Error {
  override readonly name = 'RunTimeoutError'
  readonly code = 'GANTRY_RUN_TIMEOUT'
  constructor(
    readonly task: string,
    readonly runId: string,
    readonly timeoutMs: number,
  ) {
    super(`Run ${runId} of task '${task}' was terminated as it exceeded its timeout: ${timeoutMs} ms.`)
  }
}

/**
 * The session stopped before a request was fulfilled. A waiting manual run rejects with this error.
 *
 * @example
 * ```ts
 * await session.task('report').run().catch((error) => {
 *   if (error instanceof SessionStoppedError) console.error('too late')
 * })
 * ```
 */
export class SessionStoppedError extends Error {
  override readonly name = 'SessionStoppedError'
  readonly code = 'GANTRY_SESSION_STOPPED'
}

/**
 * A thread, process or command ended without a result, or with a failure. The run fails with this error.
 *
 * @example
 * ```ts
 * const { error } = await app.task('build', false, command('make')).run()
 * if (error instanceof ExitError) console.error(error.data.exitCode, error.data.stderr)
 * ```
 */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  readonly code = 'GANTRY_EXIT'
  constructor(
    message: string,
    readonly data: {
      /** The exit code; null if a signal ended it. */
      readonly exitCode: number | null
      readonly exitSignal?: string | null
      /** The last part of a command's stderr output. */
      readonly stderr?: string
    },
  ) {
    super(message)
  }
}

/**
 * A command that the present state does not accept: `session.restart` of a session that stops. Nothing has changed.
 *
 * @example
 * ```ts
 * try {
 *   session.restart()
 * } catch (error) {
 *   if (error instanceof CommandRefusedError) console.error(error.state, error.accepts) // 'stopping' [ 'task.run', … ]
 * }
 * ```
 */
export class CommandRefusedError extends Error {
  override readonly name = 'CommandRefusedError'
  readonly code = 'GANTRY_COMMAND_REFUSED'

  /**
   * @param command - The command.
   * @param state - The state that refuses it.
   * @param accepts - The commands or, for `run.send`, the events that this state accepts; empty where no actor answered.
   * @param message - Default: a message from the other values.
   */
  constructor(
    readonly command: string,
    readonly state: string,
    readonly accepts: readonly string[],
    message?: string,
  ) {
    super(
      message !== undefined
        ? message
        : accepts.length === 0
          ? `Cannot carry out '${command}' as an actor must answer it: none did in state '${state}'. See the log: an actor may have failed.`
          : `Cannot carry out '${command}' as the state must accept it: '${state}'. It accepts ${accepts.join(', ')}.`,
    )
  }
}
