/** A time limit for calls that may never return, such as a store's `append` or `close`. */
import type { Clock } from '../../clock/clock.ts'
import { callAfterLived } from '../../clock/lived-time.ts'

/** One time limit: armed while a caller waits, and called once when it expires. */
export class Deadline {
  #undo: (() => void) | null = null

  constructor(
    readonly clock: Pick<Clock, 'callAfter' | 'monotonic'>,
    readonly ms: number,
    readonly onPassed: () => void,
  ) {}

  /** Starts the timer unless it is running. */
  arm(): void {
    this.#undo ??= callAfterLived(this.clock, this.ms, () => {
      this.#undo = null
      this.onPassed()
    })
  }

  disarm(): void {
    this.#undo?.()
    this.#undo = null
  }
}

/** Waits up to `ms` for a promise: true once it has resolved, false if it has not settled in time. Rejects if it rejects. */
export function settlesWithin(
  clock: Pick<Clock, 'callAfter' | 'monotonic'>,
  ms: number,
  work: Promise<unknown>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const undo = callAfterLived(clock, ms, () => resolve(false))
    work.then(() => resolve(true), reject).finally(undo)
  })
}
