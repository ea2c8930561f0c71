/** Hooks, and what they and condition functions are told. */
import type { Outcome } from '../../../machines/protocol.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Run, Session, SessionOptions } from './session.ts'
import type { Logger } from './session-options.ts'
import type { Params } from './session-parts.ts'
import type { Task } from './task.ts'

/**
 * What hooks and condition functions are told.
 *
 * @example
 * ```ts
 * const isOpen = app.condition((_, { params }: Context) => params.get('open') === true)
 * app.task('report', daily.and(isOpen), () => {})
 * ```
 */
export interface Context {
  readonly session: Session
  /** The task that it is about; null where it is about none. */
  readonly task: Task | null
  readonly params: Params
  readonly options: Readonly<SessionOptions>
  readonly clock: Clock
  readonly logger: Logger
  /** Aborts when the run is to end, or, for a start-up hook, when the session is told to stop meanwhile; otherwise never. */
  readonly signal: AbortSignal
}

/** What a `run` hook is told besides. */
export interface RunHookContext extends Context {
  readonly run: Run
}

/**
 * How what a hook surrounds came out.
 *
 * @example
 * ```ts
 * const after = ({ outcome, error }: HookResult): void => console.log(outcome, error)
 * app.hook('run', () => after)
 * ```
 */
export interface HookResult {
  /** What was thrown, where it failed. */
  readonly error?: unknown
  /** What work returned, where it succeeded. */
  readonly value?: unknown
  /** How the run ended; only of `run` hooks. */
  readonly outcome?: Outcome
}

/** The kinds of hook and what each is told. */
export interface HookContexts {
  /** Around the start of a session. */
  startup: Context
  /** Around its end. */
  shutdown: Context
  /** Around each cycle. */
  cycle: Context
  /** Around the making of a task; `name` is the task's. */
  task: Context & { readonly name: string }
  /** Around the work of each run. */
  run: RunHookContext
}

/**
 * Where a hook can stand: at the start and the end of a session, around a cycle, around the making of a task, around
 * the work of a run.
 *
 * @example
 * ```ts
 * const kinds: HookKind[] = ['startup', 'shutdown', 'cycle', 'task', 'run']
 * ```
 */
export type HookKind = keyof HookContexts

/**
 * A hook: called before; what it returns, if a function, is called after with the result. A (sync or async) generator
 * runs to its `yield` before, and gets the result there after.
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
 * What is called after what a hook surrounds.
 *
 * @example
 * ```ts
 * const after: HookAfter = ({ outcome }) => console.log(outcome)
 * app.hook('run', () => after)
 * ```
 */
export type HookAfter = (result: HookResult) => unknown

/**
 * A hook with a part after: a function, or what stands behind the `yield` of a generator.
 *
 * @example
 * ```ts
 * const told: SurroundingHook<'run'> = ({ run }) => {
 *   run.log.debug('begins')
 *   return ({ outcome }) => run.log.debug(outcome)
 * }
 * app.hook('run', told)
 * ```
 */
export type SurroundingHook<K extends HookKind = HookKind> = (
  context: HookContexts[K],
) =>
  | HookAfter
  | Promise<HookAfter>
  | Generator<unknown, unknown, HookResult>
  | AsyncGenerator<unknown, unknown, HookResult>
