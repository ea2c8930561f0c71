/**
 * A value that a task receives, made when its run starts.
 *
 * An arg is a recipe and holds no state: the same arg may be declared by many tasks, and each run makes its value anew.
 */
import type { ArgError } from '../errors/errors.ts'

/** What was looked for, and whether it is there. */
export interface Found {
  readonly exists: boolean
  /** Why it is missing, where it was once there. */
  readonly lost?: string
  readonly value: unknown
}

/**
 * What args are made from: the run's surroundings. The session gives one for each run (and one for each look at a custom
 * condition); its types stay open here, so that args know nothing of sessions.
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
  /** The handle of the task that runs; null where no task is (a condition without owner). */
  readonly task: unknown
  /** The params of the session. */
  readonly params: unknown
  /** The options of the session. */
  readonly options: unknown
  readonly clock: unknown
  readonly logger: unknown
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal
  /** The last return value of a task. May throw for an unknown name: the error becomes the cause of an {@link ArgError}. */
  returns(task: string): Found
  /** A param of the session. The value may be an {@link Arg}: it is made in turn. */
  param(name: string): Found
  /** The handle of a task by name. May throw for an unknown name. */
  taskNamed(task: string): unknown
  /** Told of each value of `secret()`: it is to be masked where it turns up. */
  readonly tellSecret?: (value: unknown) => void
  /** The environment, as `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The words of the command line after the script, as `process.argv.slice(2)`. */
  readonly argv: readonly string[]
}

/** Makes the value of another arg within the making of one; plain values are given back. */
export type ReadArg = (value: unknown) => unknown

/** Where an arg comes from, as data: what graphs and explanations show. */
export type ArgSource =
  | { readonly kind: 'return'; readonly task: string }
  | { readonly kind: 'param' | 'env' | 'cli'; readonly name: string }
  | { readonly kind: 'task'; readonly task: string | null }
  | { readonly kind: 'session' | 'options' | 'logger' | 'signal' | 'secret' }
  | { readonly kind: 'function'; readonly args: readonly Arg<unknown>[] }
  | { readonly kind: 'or'; readonly args: readonly Arg<unknown>[] }

/** Registered, so that an arg made by another copy of the package is one, too. */
const brand = Symbol.for('gantry.arg')
const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value made when a run starts; `T` is its type. Made by `returnOf`, `param`, `env`, `cli`, `arg` and the others.
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
    /** How it reads in code and in messages: `returnOf('fetch-prices')`. */
    readonly label: string,
    readonly source: ArgSource,
    make: (context: ArgContext, read: ReadArg) => T | Promise<T>,
  ) {
    this.#make = make
  }

  /**
   * The same value, or `fallback` where it is missing: no such param, variable or word, no return yet. A value that is there
   * but can't be made (a function that throws, an unknown task) is an error and stays one.
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

  /** Makes the value. Called by `resolve`, which sees to nesting, circles and errors. */
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
 * True of args, also of those made by another copy of the package.
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

/** True of the one error that `.or()` answers: what is asked for is not there. */
export function isMissing(problem: unknown): boolean {
  return (
    typeof problem === 'object' &&
    problem !== null &&
    (problem as Partial<ArgError>).code === 'GANTRY_ARG' &&
    (problem as Partial<ArgError>).reason === 'missing'
  )
}

/**
 * Declared args: plain values and args by name.
 *
 * @example
 * ```ts
 * const args = { stage: env('STAGE').or('dev'), limit: 3 } satisfies ArgSpecs
 * app.task('report', 'daily', { args }, ({ stage, limit }) => `${stage}: ${limit}`)
 * ```
 */
export type ArgSpecs = Readonly<Record<string, unknown>>

/**
 * The types of the values that declared args are made into: `{ rows: Arg<Price[]>, n: 3 }` → `{ rows: Price[]; n:
 * number }`.
 *
 * @example
 * ```ts
 * const specs = { stage: env('STAGE'), limit: 3 }
 * const report = ({ stage, limit }: ArgsOf<typeof specs>): string => stage.repeat(limit)
 * app.task('report', 'daily', { args: specs }, report)
 * ```
 */
export type ArgsOf<A> = { -readonly [K in keyof A]: ValueOf<A[K]> }

/** The type of an arg's value; of anything else, itself. */
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
  /** What the function receives: plain values and other args. */
  readonly args?: A
  /** How it is called in messages; default the name of the function. */
  readonly name?: string
}

/**
 * Makes an arg of a function, sync or async. It is called when the run starts, with the values of its own args and the
 * context of the run. To say "not there" (so that `.or()` steps in) it throws an `ArgError`; anything else thrown makes the run fail.
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
    throw new TypeError(`Cannot make an arg as it takes a function: ${show(make)}`)
  const args = { ...options.args } as A
  const label = `arg(${options.name ?? (make.name || 'function')})`
  const nested = Object.values(args).filter(isArg)
  return new Arg<T>(label, { kind: 'function', args: nested }, (context, read) => {
    const values = readAll(args, read)
    return values instanceof Promise
      ? values.then((made) => make(made as ArgsOf<A>, context))
      : make(values as ArgsOf<A>, context)
  })
}

/** Reads each value; a promise only if one of them is one. */
export function readAll(
  args: ArgSpecs,
  read: (arg: Arg<unknown>, name: string) => unknown,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  const waits: Promise<void>[] = []
  for (const name of Object.keys(args)) {
    const given = args[name]
    const value = isArg(given) ? read(given, name) : given
    // Set also while it is awaited, so that the keys stand in the order in which they were declared.
    values[name] = value
    // Only what an arg makes is awaited: a promise given as a plain value stays what it is.
    if (isArg(given) && value instanceof Promise)
      waits.push(
        value.then((settled) => {
          values[name] = settled
        }),
      )
  }
  return waits.length === 0 ? values : Promise.all(waits).then(() => values)
}
