/** A context of args for tests: what a session would give, from plain tables. */
import type { ArgContext } from '../../src/args/arg.ts'

/** A context in which there is nothing but what is given. */
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
