/** The error boundary between an inspector and the inspected session. */
import { inspect } from 'node:util'

/**
 * Creates a function that calls another function and catches its errors. The callers are transitions of the inspected session and
 * sockets, where an error would end the process.
 *
 * @param onError - Receives each error. Default: a process warning, once.
 */
export function createSafeCall(onError?: (error: unknown) => void): (run: () => void) => void {
  let isWarned = false
  const report = onError ?? warnOnce

  function warnOnce(error: unknown): void {
    if (isWarned) return
    isWarned = true
    // Inspected, as control characters in a foreign message would affect the terminal.
    process.emitWarning(
      `The inspector failed and continues: ${inspect(error instanceof Error ? error.message : error)}`,
    )
  }

  return (run) => {
    try {
      run()
    } catch (error) {
      try {
        report(error)
      } catch {
        // The receiver of errors failed: there is no one left to notify.
      }
    }
  }
}
