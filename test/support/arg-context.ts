/** Arg contexts for tests, from plain tables. */
import type { ArgContext } from '../../src/args/arg.ts'

/** Creates a context that contains only the given parts. */
export function contextOf(
  given: Partial<ArgContext> & {
    readonly returnsBy?: Readonly<Record<string, unknown>>
    readonly paramsBy?: Readonly<Record<string, unknown>>
  } = {},
): ArgContext {
  const { returnsBy = {}, paramsBy = {}, ...rest } = given
  return {
    ...{ session: null, task: null, params: paramsBy, options: {}, clock: {}, logger: {} },
    signal: new AbortController().signal,
    returns: (task) => ({ exists: task in returnsBy, value: returnsBy[task] }),
    param: (name) => ({ exists: name in paramsBy, value: paramsBy[name] }),
    taskNamed: (task) => ({ name: task }),
    ...{ env: {}, argv: [] },
    ...rest,
  }
}
