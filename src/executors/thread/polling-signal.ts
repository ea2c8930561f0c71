/** The abort signal of a run in a thread: it detects an abort even in a loop that never returns to the event loop. */

const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')!.get!

/**
 * Makes the signal call `poll` before it reports whether it is aborted; `poll` aborts its controller if requested. Once aborted,
 * the signal is a plain one again.
 */
export function pollBefore(signal: AbortSignal, poll: () => void): void {
  const isAborted = (): boolean => {
    if (aborted.call(signal)) return true
    poll()
    return aborted.call(signal) as boolean
  }
  const { reason } = Object.getOwnPropertyDescriptors(AbortSignal.prototype)
  Object.defineProperties(signal, {
    aborted: { get: isAborted, configurable: true },
    reason: { get: () => (isAborted() ? reason.get!.call(signal) : undefined), configurable: true },
    throwIfAborted: {
      value: () => {
        if (isAborted()) throw signal.reason
      },
      configurable: true,
      writable: true,
    },
  })
}
