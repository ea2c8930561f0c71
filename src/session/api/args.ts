/** The args that resolve to parts of a session, with their types. `src/args` has the same functions without these types. */
import * as untyped from '../../args/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { TaskRef } from '../../task-ref.ts'
import type { Session, SessionOptions } from './session.ts'
import type { Logger } from './session-options.ts'
import type { Params } from './session-parts.ts'
import type { Task } from './task.ts'

/**
 * The second argument of an {@link arg} function: the context of the run, or of the evaluation of a custom condition.
 *
 * @example
 * ```ts
 * const zone = arg((_, { env, options }: ArgContext) => options.timezone ?? env.TZ ?? 'UTC')
 * app.task('report', 'daily', { args: { zone } }, ({ zone }) => zone.toLowerCase())
 * ```
 */
export interface ArgContext extends untyped.ArgContext {
  readonly session: Session
  /** The task that runs or that the condition belongs to; null for a condition without a task, such as `shutCondition`. */
  readonly task: Task | null
  readonly params: Params
  readonly options: Readonly<SessionOptions>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Creates an arg from a function, sync or async. The function is called when the run starts, with the values of its
 * args and the context of the run. To report a missing value (so that `.or()` applies), it throws an `ArgError`; any
 * other error fails the run.
 *
 * @example
 * ```ts
 * const token = arg(async ({ user }) => (await fetch(`https://example.org/tokens/${user}`)).text(), {
 *   args: { user: env('USER') },
 * })
 * app.task('upload', 'hourly', { args: { token } }, ({ token }) => upload(token))
 * const names = arg((_, { session }) => session.tasks().map((task) => task.name))
 * ```
 */
export const arg = untyped.arg as <T, A extends untyped.ArgSpecs = Record<never, never>>(
  make: (values: untyped.ArgsOf<A>, context: ArgContext) => T | Promise<T>,
  options?: untyped.ArgOptions<A>,
) => untyped.Arg<T>

/**
 * An arg that resolves to the session, for arg functions and conditions; work has it as `run.session`.
 *
 * @example
 * ```ts
 * const names = arg(({ session }) => session.tasks().map((task) => task.name), { args: { session: sessionArg() } })
 * ```
 */
export const sessionArg = untyped.sessionArg as <S = Session>() => untyped.Arg<S>

/**
 * An arg that resolves to the task with this name or handle; without either, to the task that runs. An unknown name is an
 * `ArgError`, caused by a `TaskNotFoundError`.
 *
 * @example
 * ```ts
 * app.task('watch', 'hourly', { args: { other: taskArg('import') } }, ({ other }) => console.log(other.status))
 * ```
 */
export const taskArg = untyped.taskArg as <T = never, R = unknown>(
  task?: TaskRef<R> | string,
) => untyped.Arg<[T] extends [never] ? Task<R> : T>

/**
 * An arg that resolves to the options of the session, frozen.
 *
 * @example
 * ```ts
 * const zone = arg(({ options }) => options.timezone ?? 'UTC', { args: { options: optionsArg() } })
 * ```
 */
export const optionsArg = untyped.optionsArg as <O = Readonly<SessionOptions>>() => untyped.Arg<O>

/**
 * An arg that resolves to the logger of the session.
 *
 * @example
 * ```ts
 * const warn = arg(({ logger }) => (text: string) => logger.warn(text), { args: { logger: loggerArg() } })
 * ```
 */
export const loggerArg = untyped.loggerArg as <L = Logger>() => untyped.Arg<L>
