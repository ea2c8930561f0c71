/** Work given as text: compiled and run in a thread or a process of its own, never where the session is. */
import { SetupError } from '../../errors/errors.ts'
import type { FarRun } from '../run-facts.ts'
import { withSpec } from '../work-spec.ts'

type AsyncCode = (...values: unknown[]) => Promise<unknown>

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => AsyncCode

/**
 * Work as text: the body of an async function. Its args are variables of their names (and `args` has them all), `run` is
 * the run, and `return` gives the value. It runs in a fresh thread, or in a fresh process where the task's `execution` is
 * `'process'`: it can't reach the session's variables, but it can do whatever the process may do. Text is not a sandbox; run
 * none that you would not import.
 *
 * Throws a `SyntaxError` at once when the text is no JavaScript.
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
export function code<R = unknown>(text: string): (args: Record<string, unknown>, run: FarRun) => Promise<R> {
  if (typeof text !== 'string')
    throw new TypeError(`Cannot take that as code as it must be text: ${typeof text}`)
  // Compiled to be checked, thrown away: nothing of it runs here.
  try {
    new AsyncFunction('args', 'run', text)
  } catch (error) {
    throw new SyntaxError(
      `Cannot take that as code as it must be the body of a function: ${(error as Error).message}`,
      { cause: error },
    )
  }
  const work = (): Promise<R> =>
    Promise.reject(
      new SetupError('Cannot run code here as it never runs where the session is: give it to a task.'),
    )
  return withSpec(work, { kind: 'code', text })
}

/** The function of a text, with its args as variables; those whose names are no variables are in `args` alone. */
export function compileCode(
  text: string,
  names: readonly string[],
): (args: unknown, run: FarRun) => Promise<unknown> {
  const variables = names.filter(isVariable)
  const run = new AsyncFunction('args', 'run', ...variables, `${text}\n//# sourceURL=gantry-code.js`)
  return (args, far) => run(args, far, ...variables.map((name) => (args as Record<string, unknown>)[name]))
}

function isVariable(name: string): boolean {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) || name === 'args' || name === 'run') return false
  try {
    // Reserved words look like names; the engine knows which they are.
    new AsyncFunction(name, '')
    return true
  } catch {
    return false
  }
}
