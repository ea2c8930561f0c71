/**
 * Args: values that a task receives, computed when its run starts. An arg describes how to compute a value and has no
 * state: many tasks may declare the same arg, and each run computes the value again.
 */
import type { ArgError } from '../errors/errors.ts'
import { checkOptions } from '../values/check-options.ts'

/** Result of a lookup: the value, if it exists. */
export interface Found {
  readonly exists: boolean
  /** Reason why a value that once existed is missing. */
  readonly lost?: string
  readonly value: unknown
}

/**
 * Context of a run, from which args compute their values. The session creates one for each run, and one for each
 * evaluation of a custom condition. Its types stay open here, so that this folder does not depend on sessions.
 *
 * @example
 * ```ts
 * const zone = arg((_, { env }: ArgContext) => env.TZ ?? 'UTC')
 * app.task('report', 'daily', { args: { zone } }, ({ zone }) => zone.toLowerCase())
 * ```
 */
export interface ArgContext {
  /** The session. */
  readonly session: unknown
  /** The handle of the task that runs; null in a condition without a task. */
  readonly task: unknown
  /** The params of the session. */
  readonly params: unknown
  /** The options of the session. */
  readonly options: unknown
  readonly clock: unknown
  readonly logger: unknown
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal
  /** The last return value of a task. May throw for an unknown name: the error becomes the cause of an {@link ArgError}. */
  returns(task: string): Found
  /** A param of the session. The value may be an {@link Arg}, which is then resolved. */
  param(name: string): Found
  /** The handle of a task by name. May throw for an unknown name. */
  taskNamed(task: string): unknown
  /** Receives each value of `secret()`, which is then masked wherever it occurs. */
  readonly tellSecret?: (value: unknown) => void
  /** The environment, as `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The command-line arguments after the script, like `process.argv.slice(2)`. */
  readonly argv: readonly string[]
}

/** Resolves an arg inside another arg; returns plain values unchanged. */
export type ReadArg = (value: unknown) => unknown

/** Source of an arg, as data for graphs and explanations. */
export type ArgSource =
  | { readonly kind: 'return'; readonly task: string }
  | { readonly kind: 'param' | 'env' | 'cli'; readonly name: string }
  | { readonly kind: 'task'; readonly task: string | null }
  | { readonly kind: 'session' | 'options' | 'logger' | 'signal' | 'secret' }
  | { readonly kind: 'function'; readonly args: readonly Arg<unknown>[] }
  | { readonly kind: 'or'; readonly args: readonly Arg<unknown>[] }

/** A registered symbol, so that args of another copy of the package are recognized. */
const brand = Symbol.for('gantry.arg')
const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value of type `T` that is computed when a run starts. Created by `returnOf`, `param`, `env`, `cli`, `arg` and the
 * other arg functions.
 *
 * @example
 * ```ts
 * const stage: Arg<string> = cli('stage').or(env('STAGE')).or('dev')
 * ```
 */
export class Arg<out T> {
  readonly [brand] = true
  readonly #make: (context: ArgContext, read: ReadArg) => T | Promise<T>

  constructor(
    /** The arg as it appears in code and messages: `returnOf('fetch-prices')`. */
    readonly label: string,
    readonly source: ArgSource,
    make: (context: ArgContext, read: ReadArg) => T | Promise<T>,
  ) {
    this.#make = make
  }

  /**
   * The same value, or `fallback` if it is missing: no such param, variable or option, or no return yet. Other failures
   * (a function that throws, an unknown task) remain errors.
   *
   * @example
   * ```ts
   * env('STAGE').or('dev')
   * cli('stage').or(env('STAGE')).or('dev')
   * ```
   */
  or<F>(fallback: F): Arg<T | (F extends Arg<infer V> ? V : F)> {
    type Either = T | (F extends Arg<infer V> ? V : F)
    const args = isArg(fallback) ? [this, fallback] : [this]
    const label = `${this.label}.or(${isArg(fallback) ? fallback.label : show(fallback)})`
    return new Arg<Either>(label, { kind: 'or', args }, (_, read) => {
      const instead = (problem: unknown): Either => {
        if (isMissing(problem)) return read(fallback) as Either
        throw problem
      }
      try {
        const value = read(this) as Either | Promise<Either>
        return value instanceof Promise ? value.catch(instead) : value
      } catch (problem) {
        return instead(problem)
      }
    })
  }

  /** Computes the value. Called by `resolveArg`, which handles nesting, cycles and errors. */
  '~make'(context: ArgContext, read: ReadArg): T | Promise<T> {
    return this.#make(context, read)
  }

  toString(): string {
    return this.label
  }

  toJSON(): string {
    return this.label
  }

  [inspect](): string {
    return `Arg(${this.label})`
  }
}

/**
 * True for args, including those of another copy of the package.
 *
 * @example
 * ```ts
 * isArg(env('STAGE'))    // true
 * isArg('dev')           // false
 * ```
 */
export function isArg(value: unknown): value is Arg<unknown> {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
}

/** True for the only error that `.or()` handles: a missing value. */
export function isMissing(problem: unknown): boolean {
  return (
    typeof problem === 'object' &&
    problem !== null &&
    (problem as Partial<ArgError>).code === 'GANTRY_ARG' &&
    (problem as Partial<ArgError>).reason === 'missing'
  )
}

/**
 * Declared args by name: plain values and args.
 *
 * @example
 * ```ts
 * const args = { stage: env('STAGE').or('dev'), limit: 3 } satisfies ArgSpecs
 * app.task('report', 'daily', { args }, ({ stage, limit }) => `${stage}: ${limit}`)
 * ```
 */
export type ArgSpecs = Readonly<Record<string, unknown>>

/**
 * Types of the resolved values of declared args: `{ rows: Arg<Price[]>, n: 3 }` → `{ rows: Price[]; n: number }`.
 *
 * @example
 * ```ts
 * const specs = { stage: env('STAGE'), limit: 3 }
 * const report = ({ stage, limit }: ArgsOf<typeof specs>): string => stage.repeat(limit)
 * app.task('report', 'daily', { args: specs }, report)
 * ```
 */
export type ArgsOf<A> = { -readonly [K in keyof A]: ValueOf<A[K]> }

/** The type of an arg's value; other types are unchanged. */
export type ValueOf<V> = V extends Arg<infer T> ? T : V

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  return typeof value === 'object' && value !== null ? '{…}' : String(value)
}

/**
 * Options of {@link arg}.
 *
 * @example
 * ```ts
 * const options: ArgOptions<{ user: string }> = { args: { user: 'ada' }, name: 'greeting' }
 * const greeting = arg(({ user }) => `Dear ${user}`, options)
 * ```
 */
export interface ArgOptions<A extends ArgSpecs> {
  /** Values passed to the function: plain values and other args. */
  readonly args?: A
  /** Name in messages; default: the name of the function. */
  readonly name?: string
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
 * ```
 */
export function arg<T, A extends ArgSpecs = Record<never, never>>(
  make: (values: ArgsOf<A>, context: ArgContext) => T | Promise<T>,
  options: ArgOptions<A> = {},
): Arg<T> {
  if (typeof make !== 'function')
    throw new TypeError(`Cannot create an arg as it must be a function: ${show(make)}`)
  checkOptions(options, ['args', 'name'], 'options of arg()')
  const args = { ...options.args } as A
  const label = `arg(${options.name ?? (make.name || 'function')})`
  const nested = Object.values(args).filter(isArg)
  return new Arg<T>(label, { kind: 'function', args: nested }, (context, read) => {
    const values = readAll(args, read)
    if (values instanceof Promise) return values.then((made) => make(made as ArgsOf<A>, context))
    return make(values as ArgsOf<A>, context)
  })
}

/** Reads each value. Returns a promise only if one of them is a promise. */
export function readAll(
  args: ArgSpecs,
  read: (arg: Arg<unknown>, name: string) => unknown,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  const waits: Promise<void>[] = []
  for (const name of Object.keys(args)) {
    const given = args[name]
    const value = isArg(given) ? read(given, name) : given
    // Set before the value is awaited, to keep the declared order of keys.
    values[name] = value
    // Only values of args are awaited: a promise given as a plain value is passed through.
    if (isArg(given) && value instanceof Promise)
      waits.push(
        value.then((settled) => {
          values[name] = settled
        }),
      )
  }
  return waits.length === 0 ? values : Promise.all(waits).then(() => values)
}
