/** The signal of a run in a thread: it sees an abort also in a loop that never returns to the event loop. */

const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')!.get!

/**
 * Has the signal call `look` before it says whether it is aborted; `look` aborts its controller if that is due. After that
 * the signal is the plain one.
 */
export function pollBefore(signal: AbortSignal, look: () => void): void {
  const isAborted = (): boolean => {
    if (aborted.call(signal)) return true
    look()
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
