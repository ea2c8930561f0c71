/** Work that stands in a module and is named by address: the one form that is the same near, in a thread and in a process. */

import { checkOptions } from '../../values/check-options.ts'
import type { FarRun } from '../run-facts.ts'
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
   * A thread or a process for each run alone, so that the module and what it imports are loaded anew. Default: threads are
   * kept and used again, processes are not (`false` keeps them, too, and what a run leaves in one as long). Near, only the module itself is loaded anew.
   */
  readonly fresh?: boolean
  /** The most that args and return may count when they cross, in bytes; default 8 MB, about the work of 20 ms. */
  readonly maxSize?: number
  /**
   * How much heap the run may take, in MB, before it is ended and has failed; it has a thread or a process of its own then.
   * Buffers are not counted: for those, only a process with a limit of the system's own is safe.
   */
  readonly maxMemoryMb?: number
}

/** Any module, where its type is not given. */
export type AnyModule = Readonly<Record<string, (args: unknown) => unknown>>

/** The names under which a module exports functions. */
export type FunctionName<M> = keyof {
  [K in keyof M as M[K] extends (...given: never[]) => unknown ? K : never]: M[K]
} &
  string

/**
 * The work that an export is: its args, and a promise of what it returns.
 *
 * @example
 * ```ts
 * async function count(args: { root: string }): Promise<number> {
 *   return args.root.length
 * }
 * const near: ModuleWork<typeof count> = async (args, run) => {
 *   run.log.info('here and not in a thread')
 *   return await count(args)
 * }
 * ```
 */
export type ModuleWork<F> = F extends (args: infer A, ...rest: never[]) => infer R
  ? (args: A, run: FarRun) => Promise<Awaited<R>>
  : never

let loads = 0

/**
 * Work out of a module: the function that it exports under a name, loaded where the run is executed. Args and return
 * cross as plain data. Typed by the module's own type, so that args are checked and returns known.
 *
 * A file that is not there, or an export that is no function, makes the run fail with a `SetupError` that says what was
 * tried. A `.js` address finds the `.ts` beside it, under a loader, and the other way round.
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
  const work = async (args: unknown, run: FarRun): Promise<unknown> => {
    const loading =
      fresh === true
        ? loadExport(`${url}${url.includes('?') ? '&' : '?'}fresh=${++loads}`, exportName)
        : loadExportOnce(url, exportName)
    const call = (await loading) as (args: unknown, run: FarRun) => unknown
    return await call(args, run)
  }
  return withSpec(work, order) as ModuleWork<M[K]>
}

function checkAmount(name: string, amount: number): number {
  if (Number.isFinite(amount) && amount > 0) return amount
  throw new RangeError(`Cannot set '${name}' as it must be a number above 0: ${String(amount)}`)
}
