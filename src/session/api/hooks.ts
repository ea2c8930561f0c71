/** Types of hooks, and of the context that hooks and condition functions receive. */
import type { Outcome } from '../../../machines/protocol.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Run, Session, SessionOptions } from './session.ts'
import type { Logger } from './session-options.ts'
import type { Params } from './session-parts.ts'
import type { Task } from './task.ts'

/**
 * The context that hooks and condition functions receive.
 *
 * @example
 * ```ts
 * const isOpen = app.condition((_, { params }: Context) => params.get('open') === true)
 * app.task('report', daily.and(isOpen), () => {})
 * ```
 */
export interface Context {
  readonly session: Session
  /** The task that the call concerns; null if there is no particular one. */
  readonly task: Task | null
  readonly params: Params
  readonly options: Readonly<SessionOptions>
  readonly clock: Clock
  readonly logger: Logger
  /** Aborted when the run is cancelled; for a start-up hook, when the session is asked to stop meanwhile; otherwise never. */
  readonly signal: AbortSignal
}

/** The context of a `run` hook. */
export interface RunHookContext extends Context {
  readonly run: Run
}

/**
 * The result of the operation that a hook surrounds.
 *
 * @example
 * ```ts
 * const after = ({ outcome, error }: HookResult): void => console.log(outcome, error)
 * app.hook('run', () => after)
 * ```
 */
export interface HookResult {
  /** The thrown value, if the operation failed. */
  readonly error?: unknown
  /** The return value of the work, if it succeeded. */
  readonly value?: unknown
  /** The outcome of the run; only for `run` hooks. */
  readonly outcome?: Outcome
}

/** The context of each kind of hook. */
export interface HookContexts {
  /** Surrounds the start of the session. */
  startup: Context
  /** Surrounds the shut-down of the session. */
  shutdown: Context
  /** Surrounds each cycle. */
  cycle: Context
  /** Surrounds the creation of a task; `name` is the name of the task. Synchronous only. */
  task: Context & { readonly name: string }
  /** Surrounds the work of each run. */
  run: RunHookContext
}

/**
 * The kinds of hooks: around the start and the shut-down of a session, each cycle, the creation of a task, and the work of a
 * run.
 *
 * @example
 * ```ts
 * const kinds: HookKind[] = ['startup', 'shutdown', 'cycle', 'task', 'run']
 * ```
 */
export type HookKind = keyof HookContexts

/**
 * A function that is called before an operation. If it returns a function, that one is called afterwards, with the result. A
 * (sync or async) generator runs up to its `yield` before the operation, and receives the result from `yield` afterwards.
 *
 * @example
 * ```ts
 * const timed: Hook<'run'> = function* ({ task, clock }) {
 *   const before = clock.monotonic()
 *   yield
 *   console.log(task?.name, clock.monotonic() - before, 'ms')
 * }
 * app.hook('run', timed)
 * ```
 */
export type Hook<K extends HookKind = HookKind> = (context: HookContexts[K]) => unknown

/**
 * The function that a hook returns, called after the operation.
 *
 * @example
 * ```ts
 * const after: HookAfter = ({ outcome }) => console.log(outcome)
 * app.hook('run', () => after)
 * ```
 */
export type HookAfter = (result: HookResult) => unknown

/**
 * A hook with a second part, which runs after the operation: a returned function, or the code after the `yield` of a generator.
 *
 * @example
 * ```ts
 * const logged: SurroundingHook<'run'> = ({ run }) => {
 *   run.log.debug('begins')
 *   return ({ outcome }) => run.log.debug(outcome)
 * }
 * app.hook('run', logged)
 * ```
 */
export type SurroundingHook<K extends HookKind = HookKind> = (
  context: HookContexts[K],
) =>
  | HookAfter
  | Promise<HookAfter>
  | Generator<unknown, unknown, HookResult>
  | AsyncGenerator<unknown, unknown, HookResult>
