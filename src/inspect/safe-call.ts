/** The wall between an inspector and what it looks at. */
import { inspect } from 'node:util'

/**
 * Makes a function that runs what may fail without letting the failure out: its caller is a transition of the session that
 * is looked at, or a socket, where an error would end the process.
 *
 * @param onError - Told of each failure. Default: a process warning, once.
 */
export function createSafeCall(onError?: (error: unknown) => void): (run: () => void) => void {
  let isWarned = false
  const report = onError ?? warnOnce

  function warnOnce(error: unknown): void {
    if (isWarned) return
    isWarned = true
    // Inspected, as control characters in what others threw would act on the terminal.
    process.emitWarning(
      `The inspector failed and goes on: ${inspect(error instanceof Error ? error.message : error)}`,
    )
  }

  return (run) => {
    try {
      run()
    } catch (error) {
      try {
        report(error)
      } catch {
        // The one who is told of failures failed: nobody is left to tell.
      }
    }
  }
}
