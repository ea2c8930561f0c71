/**
 * Args that are made where the work is executed: a connection, a handle, any value that cannot be cloned. All other args are
 * made in the session, before the order is sent.
 */
import { Arg } from '../../args/arg.ts'
import type { IsolatedRun } from '../run-facts.ts'
import { loadExportOnce, toModuleUrl } from './load-export.ts'
import type { AnyModule, FunctionName } from './module-work.ts'

/** The location of the function that makes a value. */
export interface Maker {
  readonly url: string
  readonly name: string
}

/** A placeholder for the value until the work is executed. A class and not data, so that external params cannot imitate it. */
class MadeThere implements Maker {
  constructor(
    readonly url: string,
    readonly name: string,
  ) {}
}

/**
 * An arg that an exported function makes where the work is executed: in the thread, in the process, or in the session for `async`
 * and `main`. The function receives the run and is called once per run.
 *
 * @example
 * ```ts
 * const db = moduleArg<typeof import('./db.js'), 'connect'>(new URL('./db.js', import.meta.url), 'connect')
 * app.task('report', 'daily', { execution: 'process', args: { db, year: 2026 } },
 *   moduleWork(new URL('./report.js', import.meta.url), 'report'))
 * ```
 */
export function moduleArg<M extends object = AnyModule, K extends FunctionName<M> = FunctionName<M>>(
  module: URL | string,
  exportName: K,
): Arg<M[K] extends (...given: never[]) => infer R ? Awaited<R> : never> {
  const url = toModuleUrl(module)
  const value = new MadeThere(url, exportName)
  return new Arg(`moduleArg('${exportName}')`, { kind: 'function', args: [] }, () => value as never)
}

/** Splits args into plain values and those that the worker makes; null if there are none of the latter. */
export function partArgs(args: Readonly<Record<string, unknown>>): {
  readonly given: Readonly<Record<string, unknown>>
  readonly makers: Readonly<Record<string, Maker>>
} | null {
  const makers: Record<string, Maker> = {}
  let given: Record<string, unknown> | null = null
  for (const name of Object.keys(args)) {
    const value = args[name]
    if (!(typeof value === 'object' && value !== null && isMadeThere(value))) continue
    given ??= { ...args }
    delete given[name]
    makers[name] = { url: value.url, name: value.name }
  }
  return given === null ? null : { given, makers }
}

/** All args of a run, including those that are made here. */
export async function makeArgs(
  given: Readonly<Record<string, unknown>>,
  makers: Readonly<Record<string, Maker>>,
  run: IsolatedRun,
): Promise<Record<string, unknown>> {
  const made = await Promise.all(
    Object.entries(makers).map(async ([key, { url, name }]) => {
      const make = (await loadExportOnce(url, name)) as (run: IsolatedRun) => unknown
      return [key, await make(run)] as const
    }),
  )
  return { ...given, ...Object.fromEntries(made) }
}

function isMadeThere(value: object): value is MadeThere {
  try {
    return value instanceof MadeThere
  } catch {
    return false
  }
}
