/** Work referenced as a module export, so it can run inline, in a thread or in a process. */
import { checkOptions } from '../../values/check-options.ts'
import type { IsolatedRun } from '../run-facts.ts'
import { type ModuleSpec, withSpec } from '../work-spec.ts'
import { loadExport, loadExportOnce, toModuleUrl } from './load-export.ts'

/**
 * Options of {@link moduleWork}.
 *
 * @example
 * ```ts
 * const options: ModuleWorkOptions = { fresh: true, maxMemoryMb: 256 }
 * app.task('scan', 'hourly', { execution: 'process' }, moduleWork(new URL('./scan.js', import.meta.url), 'scan', options))
 * ```
 */
export interface ModuleWorkOptions {
  /**
   * True: a new thread or process for each run, so that the module and its imports are loaded again. Default: threads are reused,
   * processes are not. `false` reuses processes, too, with any state that a run leaves behind. With inline execution, only the
   * module itself is loaded again.
   */
  readonly fresh?: boolean
  /** The maximum size of args and of the return value when they are cloned, bytes; default 8 MB, which takes about 20 ms. */
  readonly maxSize?: number
  /**
   * The maximum heap size of a run, MB; a run that exceeds it is terminated and fails. The run gets a separate thread or process.
   * Buffers do not count: to limit those, use a process with a limit of the operating system.
   */
  readonly maxMemoryMb?: number
}

/** Any module, if its type is not given. */
export type AnyModule = Readonly<Record<string, (args: unknown) => unknown>>

/** The names of the functions that a module exports. */
export type FunctionName<M> = keyof {
  [K in keyof M as M[K] extends (...given: never[]) => unknown ? K : never]: M[K]
} &
  string

/**
 * The type of an export as work: a function of its args that returns a promise of its return value.
 *
 * @example
 * ```ts
 * async function count(args: { root: string }): Promise<number> {
 *   return args.root.length
 * }
 * const inline: ModuleWork<typeof count> = async (args, run) => {
 *   run.log.info('inline and not in a thread')
 *   return await count(args)
 * }
 * ```
 */
export type ModuleWork<F> = F extends (args: infer A, ...rest: never[]) => infer R
  ? (args: A, run: IsolatedRun) => Promise<Awaited<R>>
  : never

let loads = 0

/**
 * Work from a module: an exported function, loaded where the run is executed. Args and return value are copied as plain data. The
 * module's own type makes args checked and the return type known.
 *
 * A missing file, or an export that is not a function, fails the run with a `SetupError` that lists the attempted paths. Under a
 * loader a `.js` URL also finds the `.ts` file next to it, and vice versa.
 *
 * @example
 * ```ts
 * app.task('scan', 'every 10 minutes', { execution: 'thread', args: { root: '/srv' } },
 *   moduleWork<typeof import('./scan.js'), 'scan'>(new URL('./scan.js', import.meta.url), 'scan'))
 * // CommonJS: moduleWork(require.resolve('./scan.js'), 'scan')
 * ```
 */
export function moduleWork<M extends object = AnyModule, K extends FunctionName<M> = FunctionName<M>>(
  module: URL | string,
  exportName: K,
  options: ModuleWorkOptions = {},
): ModuleWork<M[K]> {
  const url = toModuleUrl(module)
  if (typeof exportName !== 'string' || exportName === '')
    throw new TypeError(`Cannot name an export as it must be a non-empty string: ${String(exportName)}`)
  checkOptions(options, ['fresh', 'maxSize', 'maxMemoryMb'], 'options of moduleWork()')
  const { fresh, maxSize, maxMemoryMb } = options
  const order: ModuleSpec = {
    kind: 'module',
    url,
    name: exportName,
    ...(fresh === undefined ? {} : { fresh }),
    ...(maxSize === undefined ? {} : { maxSize: checkAmount('maxSize', maxSize) }),
    ...(maxMemoryMb === undefined ? {} : { maxMemoryMb: checkAmount('maxMemoryMb', maxMemoryMb) }),
  }
  const work = async (args: unknown, run: IsolatedRun): Promise<unknown> => {
    const loading =
      fresh === true
        ? loadExport(`${url}${url.includes('?') ? '&' : '?'}fresh=${++loads}`, exportName)
        : loadExportOnce(url, exportName)
    const call = (await loading) as (args: unknown, run: IsolatedRun) => unknown
    return await call(args, run)
  }
  return withSpec(work, order) as ModuleWork<M[K]>
}

function checkAmount(name: string, amount: number): number {
  if (Number.isFinite(amount) && amount > 0) return amount
  throw new RangeError(`Cannot set '${name}' as it must be a number above 0: ${String(amount)}`)
}
