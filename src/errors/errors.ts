/**
 * Error classes of Gantry.
 *
 * Invalid arguments are `TypeError` (type), `RangeError` (value) or `SyntaxError` (text). The classes here are errors
 * that callers may want to catch; each has a stable `code`, its data and, if there is one, the `cause`. Compare
 * `error.code` rather than `instanceof` across realms (threads, Jest, two copies of the package).
 */
import { didYouMean } from './suggest.ts'

/**
 * Stable error codes, for `error.code`.
 *
 * @example
 * ```ts
 * const codes: GantryErrorCode[] = ['GANTRY_RUN_LOG', 'GANTRY_SETUP']
 * ```
 */
export type GantryErrorCode =
  | 'GANTRY_STATEMENT'
  | 'GANTRY_TASK_EXISTS'
  | 'GANTRY_TASK_NOT_FOUND'
  | 'GANTRY_CONDITION'
  | 'GANTRY_ARG'
  | 'GANTRY_SETUP'
  | 'GANTRY_RUN_LOG'
  | 'GANTRY_RUN_TIMEOUT'
  | 'GANTRY_SESSION_STOPPED'
  | 'GANTRY_EXIT'
  | 'GANTRY_COMMAND_REFUSED'

const codes = new Set<string>([
  'GANTRY_STATEMENT',
  'GANTRY_TASK_EXISTS',
  'GANTRY_TASK_NOT_FOUND',
  'GANTRY_CONDITION',
  'GANTRY_ARG',
  'GANTRY_SETUP',
  'GANTRY_RUN_LOG',
  'GANTRY_RUN_TIMEOUT',
  'GANTRY_SESSION_STOPPED',
  'GANTRY_EXIT',
  'GANTRY_COMMAND_REFUSED',
])

/**
 * True for errors that Gantry throws itself, including those of another realm.
 *
 * @example
 * ```ts
 * try { session.task('reprot') } catch (error) { if (isGantryError(error)) console.error(error.code) }
 * ```
 */
export function isGantryError(value: unknown): value is Error & { code: GantryErrorCode } {
  return typeof value === 'object' && value !== null && codes.has(String((value as { code?: unknown }).code))
}

/**
 * A statement (a condition, a moment or a duration as text) that cannot be parsed. The message marks the position with
 * a caret; `offset` is in UTF-16 units.
 *
 * @example
 * ```ts
 * try {
 *   parse(process.argv[2] ?? 'dayly')
 * } catch (error) {
 *   if (error instanceof StatementError) console.error(error.offset, error.near) // 0 [ 'daily' ]
 * }
 * ```
 */
export class StatementError extends SyntaxError {
  override readonly name = 'StatementError'
  readonly code = 'GANTRY_STATEMENT'
  /** The whole text. */
  readonly text: string
  /** Position of the error, in UTF-16 units from 0. */
  readonly offset: number
  /** Words that would be valid at that position. */
  readonly expected: readonly string[]
  /** Known words close to the word at that position, nearest first. */
  readonly near: readonly string[]

  constructor(
    message: string,
    at: {
      text: string
      offset: number
      expected?: readonly string[]
      near?: readonly string[]
      cause?: unknown
    },
  ) {
    // A cause that the message already contains would be printed twice.
    const isInMessage = at.cause instanceof Error && message.includes(at.cause.message.split('\n', 1)[0]!)
    super(
      withCaret(message, at.text, at.offset, at.expected ?? [], at.near ?? []),
      at.cause === undefined || isInMessage ? undefined : { cause: at.cause },
    )
    this.text = at.text
    this.offset = at.offset
    this.expected = at.expected ?? []
    this.near = at.near ?? []
    // These fields are for programs: a printed error contains them in its message.
    for (const key of ['text', 'offset', 'expected', 'near'])
      Object.defineProperty(this, key, { enumerable: false })
  }
}

function withCaret(
  message: string,
  text: string,
  offset: number,
  expected: readonly string[],
  near: readonly string[],
): string {
  // Only the line around the offset: a statement may be a page long, and the caret must be under its position.
  const from = text.lastIndexOf('\n', offset - 1) + 1
  const to = text.indexOf('\n', offset)
  const line = text.slice(Math.max(from, offset - 60), Math.min(to < 0 ? text.length : to, offset + 60))
  const caret = ' '.repeat(offset - Math.max(from, offset - 60))
  const lines = [message, `  ${line.replaceAll('\t', ' ')}`, `  ${caret}^`]
  if (expected.length > 0) lines.push(`expected ${expected.join(', ')}`)
  if (near.length > 0) lines.push(`did you mean ${near.map((word) => `\`${word}\``).join(' or ')}?`)
  return lines.join('\n')
}

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
   * @param accepts - The commands that this state accepts; empty where no actor answered.
   */
  constructor(
    readonly command: string,
    readonly state: string,
    readonly accepts: readonly string[],
  ) {
    super(
      accepts.length === 0
        ? `Cannot carry out '${command}' as an actor must answer it: none did in state '${state}'. See the log: an actor may have failed.`
        : `Cannot carry out '${command}' as the state must accept it: '${state}'. It accepts ${accepts.join(', ')}.`,
    )
  }
}
