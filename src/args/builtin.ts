/** Built-in args: returns of tasks, params, the environment, the command line, and parts of the run's context. */
import { ArgError } from '../errors/errors.ts'
import { type TaskRef, toTaskName } from '../task-ref.ts'
import { chain } from '../values/promise.ts'
import { Arg, type ArgContext, type ArgSource } from './arg.ts'
import { missing } from './missing.ts'

/**
 * The value that the task returned from its last successful run, with the task's return type. Missing until the task
 * has succeeded; an unknown task is an error.
 *
 * @example
 * ```ts
 * app.task('report', afterSuccess(fetchPrices), { args: { rows: returnOf(fetchPrices) } }, ({ rows }) => console.table(rows))
 * ```
 */
export function returnOf<T>(task: TaskRef<T> | string): Arg<T> {
  const name = toTaskName(task)
  return new Arg<T>(`returnOf('${name}')`, { kind: 'return', task: name }, (context) => {
    const found = context.returns(name)
    if (!found.exists && found.lost !== undefined)
      throw missing(`read the return of task '${name}'`, {
        rule: `the run log must have the return of task '${name}' after a restart: the run succeeded, but its return was not stored, as ${found.lost}`,
        remedy: 'Run the task again, raise log.maxValueSize, or return a reference to the value',
      })
    if (!found.exists)
      throw missing(`read the return of task '${name}'`, {
        rule: `task '${name}' must have succeeded: no return yet`,
        remedy: `Start after it: afterSuccess('${name}')`,
      })
    return found.value as T
  })
}

/**
 * A param of the session. Its value may itself be an arg, which is then resolved. Missing if the param is not set.
 *
 * @example
 * ```ts
 * app.params({ region: 'north' })
 * app.task('sync', 'hourly', { args: { region: param<string>('region') } }, ({ region }) => sync(region))
 * ```
 */
export function param<T = unknown>(name: string): Arg<T> {
  checkName('a param', name)
  return new Arg<T>(`param('${name}')`, { kind: 'param', name }, (context, read) => {
    const found = context.param(name)
    if (!found.exists)
      throw missing(`read param '${name}'`, {
        rule: `param '${name}' must be set in the session: it is not`,
        remedy: `Set it: app.param('${name}', value)`,
      })
    return read(found.value) as T
  })
}

/**
 * An environment variable. Missing if it is not set; a variable set to nothing is the empty string.
 *
 * @example
 * ```ts
 * env('STAGE').or('dev')
 * ```
 */
export function env(name: string): Arg<string> {
  checkName('a variable', name)
  return new Arg<string>(`env('${name}')`, { kind: 'env', name }, (context) => {
    const value = context.env[name]
    if (value === undefined)
      throw missing(`read env '${name}'`, {
        rule: `environment variable '${name}' must be set: it is not`,
        remedy: 'Set it before Node starts',
      })
    return value
  })
}

/**
 * The value of a command-line option: `--name value` or `--name=value`. The last one wins; arguments after `--` are not
 * options. Missing if the option is absent; an option without a value is an error.
 *
 * @example
 * ```ts
 * cli('stage').or(env('STAGE')).or('dev')    // node main.js --stage prod
 * ```
 */
export function cli(name: string): Arg<string> {
  checkName('an option', name)
  const flag = name.startsWith('-') ? name : `--${name}`
  return new Arg<string>(`cli('${name}')`, { kind: 'cli', name }, (context) => {
    const value = optionOf(context.argv, flag)
    if (value === undefined)
      throw missing(`read option '${flag}'`, {
        rule: `option '${flag}' must be on the command line: it is not`,
        remedy: `Start the program with ${flag} <value>`,
      })
    return value
  })
}

/**
 * A value that only the work can read: the arg shows `*****` when printed, logged or converted to JSON.
 *
 * @example
 * ```ts
 * app.task('upload', 'hourly', { args: { key: secret(env('API_KEY')) } }, ({ key }) => upload(key))
 * ```
 */
export function secret<T>(value: T): Arg<T> {
  return new Arg<T>('*****', { kind: 'secret' }, (context, read) => {
    return chain(read(value) as T | Promise<T>, (made) => told(context, made))
  })
}

function told<T>({ tellSecret }: ArgContext, value: T): T {
  tellSecret?.(value)
  return value
}

/**
 * The session, for arg functions and conditions; work reads it from `run.session`.
 *
 * @example
 * ```ts
 * const names = arg(({ session }) => session.tasks().map((task) => task.name), { args: { session: sessionArg<Session>() } })
 * ```
 */
export function sessionArg<S = unknown>(): Arg<S> {
  return fromContext<S>('session', 'the session', 'sessionArg()')
}

/**
 * The handle of the running task, or of the given task. An unknown name is an error.
 *
 * @example
 * ```ts
 * app.task('watch', 'hourly', { args: { other: taskArg<Task>('import') } }, ({ other }) => console.log(other.status))
 * ```
 */
export function taskArg<T = unknown>(task?: TaskRef | string): Arg<T> {
  if (task === undefined) return fromContext<T>('task', 'the task', 'taskArg()')
  const name = toTaskName(task)
  return new Arg<T>(
    `taskArg('${name}')`,
    { kind: 'task', task: name },
    (context) => context.taskNamed(name) as T,
  )
}

/**
 * The options of the session.
 *
 * @example
 * ```ts
 * const zone = arg(({ options }) => options.timezone, { args: { options: optionsArg<SessionOptions>() } })
 * ```
 */
export function optionsArg<O = unknown>(): Arg<O> {
  return fromContext<O>('options', 'the options', 'optionsArg()')
}

/**
 * The logger of the session.
 *
 * @example
 * ```ts
 * const warn = arg(({ logger }) => (text: string) => logger.warn(text), { args: { logger: loggerArg<Logger>() } })
 * ```
 */
export function loggerArg<L = unknown>(): Arg<L> {
  return fromContext<L>('logger', 'the logger', 'loggerArg()')
}

/**
 * The signal that is aborted when the run is cancelled; work reads it from `run.signal`.
 *
 * @example
 * ```ts
 * const page = arg(({ signal }) => fetch('https://example.org', { signal }), { args: { signal: signalArg() } })
 * ```
 */
export function signalArg(): Arg<AbortSignal> {
  return fromContext<AbortSignal>('signal', 'the signal', 'signalArg()')
}

function fromContext<T>(
  key: 'session' | 'task' | 'options' | 'logger' | 'signal',
  what: string,
  label: string,
): Arg<T> {
  const source: ArgSource = key === 'task' ? { kind: key, task: null } : { kind: key }
  return new Arg<T>(label, source, (context) => {
    const value = context[key]
    if (value === null || value === undefined)
      throw missing(`read ${what}`, { rule: `${what} must exist: there is none in this context` })
    return value as T
  })
}

function checkName(what: string, name: string): void {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(
      `Cannot name ${what} as it must be a non-empty string: ${typeof name === 'string' ? "''" : String(name)}`,
    )
}

function optionOf(argv: readonly string[], flag: string): string | undefined {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  for (let i = words.length - 1; i >= 0; i--) {
    const word = words[i]!
    if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1)
    if (word !== flag) continue
    const value = words[i + 1]
    if (value === undefined || value.startsWith('--'))
      throw new ArgError(
        `Cannot read option '${flag}' as a value must follow it: ${value ?? 'nothing'}.`,
        'failed',
      )
    return value
  }
  return undefined
}
