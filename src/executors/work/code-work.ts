/** Work given as source text: compiled and run in a separate thread or process, never inline. */
import { SetupError } from '../../errors/errors.ts'
import type { IsolatedRun } from '../run-facts.ts'
import { withSpec } from '../work-spec.ts'

type AsyncCode = (...values: unknown[]) => Promise<unknown>

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => AsyncCode

/**
 * Work as source text: the body of an async function. Its args are variables of the same names (and members of `args`), `run` is
 * the run, and `return` gives the return value. It runs in a new thread, or in a new process if the task's `execution` is
 * `'process'`: it cannot access the session's variables, but it can do anything that the process may do. It is not a sandbox: run
 * only text that you would import.
 *
 * Throws a `TypeError` for other types, and a `SyntaxError` at once if the text is not valid JavaScript.
 *
 * @example
 * ```ts
 * app.task('sum', false, { args: { a: 1, b: 2 } }, code('return a + b'))
 * app.task('hosts', 'daily', code(`
 *   const { readFile } = await import('node:fs/promises')
 *   return (await readFile('/etc/hosts', 'utf8')).split('\\n').length
 * `))
 * ```
 */
export function code<R = unknown>(
  text: string,
): (args: Record<string, unknown>, run: IsolatedRun) => Promise<R> {
  if (typeof text !== 'string')
    throw new TypeError(`Cannot use this as code as it must be text: ${typeof text}`)
  // Compiled only to check the syntax: nothing of it runs here.
  try {
    new AsyncFunction('args', 'run', text)
  } catch (error) {
    throw new SyntaxError(
      `Cannot use this as code as it must be the body of a function: ${(error as Error).message}`,
      { cause: error },
    )
  }
  const work = (): Promise<R> =>
    Promise.reject(
      new SetupError('Cannot run code inline as it must run in a thread or a process: give it to a task.'),
    )
  return withSpec(work, { kind: 'code', text })
}

/** Compiles a text to a function with its args as variables; args whose names are not identifiers are only in `args`. */
export function compileCode(
  text: string,
  names: readonly string[],
): (args: unknown, run: IsolatedRun) => Promise<unknown> {
  const variables = names.filter(isVariable)
  const run = new AsyncFunction('args', 'run', ...variables, `${text}\n//# sourceURL=gantry-code.js`)
  return (args, context) =>
    run(args, context, ...variables.map((name) => (args as Record<string, unknown>)[name]))
}

function isVariable(name: string): boolean {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) || name === 'args' || name === 'run') return false
  try {
    // Reserved words look like identifiers; the engine knows them.
    new AsyncFunction(name, '')
    return true
  } catch {
    return false
  }
}
