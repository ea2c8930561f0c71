/**
 * The port of clocks and timers.
 *
 * A clock has two axes: *wall* (epoch ms; users can set it, daylight saving time does not change it) and *monotonic*
 * (elapsed ms; never goes back, and includes the time the machine slept). Calendar conditions wait on the wall axis,
 * durations on the monotonic axis.
 */

/** Reverts a registration; a second call has no effect. */
export type Undo = () => void

/**
 * A jump that a clock detected: the wall clock was set, or the machine slept.
 *
 * @example
 * ```ts
 * session.clock.onJump(({ kind, byMs }: ClockJump) => console.warn(`the clock was ${kind}: ${byMs} ms`))
 * ```
 */
export interface ClockJump {
  readonly kind: 'set' | 'slept'
  /** Difference between wall time and elapsed time, ms; negative if the clock was set back. */
  readonly byMs: number
}

/**
 * A source of time and timers. The option `clock` of a session takes one; the default is the system clock, and
 * `gantry/testing` has one that tests move. Instants are epoch ms, durations ms.
 *
 * @example
 * ```ts
 * const elapsed = async (clock: Clock): Promise<number> => {
 *   const before = clock.monotonic()
 *   await clock.sleep(1000)
 *   return clock.monotonic() - before
 * }
 * ```
 */
export interface Clock {
  /** Wall time, epoch ms. */
  now(): number
  /** Elapsed ms since a fixed instant; never goes back. */
  monotonic(): number
  /** Calls once when the wall clock reads `instant` or later. */
  callAt(instant: number, call: () => void): Undo
  /** Calls once after `ms` have elapsed. */
  callAfter(ms: number, call: () => void): Undo
  /** Calls in a later turn of the event loop, after I/O, so that I/O is not starved. */
  defer(call: () => void): void
  /** Resolves after `ms` have elapsed; rejects with the signal's reason if it aborts. */
  sleep(ms: number, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Reports a set wall clock or a machine that slept, within a second while the clock is kept. */
  onJump(listener: (jump: ClockJump) => void): Undo
  /** Keeps the process alive and watches for jumps until the returned function is called. */
  keep(): Undo
  /** Calls about once per second of real time while the clock is kept, for heartbeats. Test clocks lack this method. */
  onBeat?(listener: () => void): Undo
  /**
   * An object that identifies the timers that were due together while some are not called yet; otherwise null. Many
   * timers are called in slices that yield to I/O; code that needs all of them to be called (priorities among tasks
   * that are due together) waits.
   */
  readonly dueBatch?: object | null
  /** Maximum number of items handled in one turn of the event loop; default 1000, fewer if they take long. */
  readonly itemsPerSlice?: number
  /** Receives every launch, so that a test clock can stop an endless loop at one instant. */
  launched?(task: string): void
  /** Receives work that must end before time may move on in a test (a store that writes). */
  busy?(work: Promise<unknown>): void
  /** Maximum time of the machine that `busy` waits for a run outside this thread, ms; default 10,000. */
  readonly maxBusyMs?: number
}

/** Calls, and reports a thrown error like any uncaught error, so that the remaining calls are made. */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Implements `sleep` for any clock. */
export function sleepOn(clock: Pick<Clock, 'callAfter'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const wake = (): void => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    const undo = clock.callAfter(ms, wake)
    const abort = (): void => {
      undo()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
