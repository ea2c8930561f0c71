/** A time limit for calls that may never end, such as the write or the close of a store. */
import type { Clock } from '../../clock/clock.ts'
import { callAfterLived } from '../../clock/lived-time.ts'

/** One limit: armed while somebody waits, called once when it has passed. */
export class Deadline {
  #undo: (() => void) | null = null

  constructor(
    readonly clock: Pick<Clock, 'callAfter' | 'monotonic'>,
    readonly ms: number,
    readonly onPassed: () => void,
  ) {}

  /** Begins to run; one that runs already goes on. */
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

/** Waits for a promise `ms` at most: true once it has resolved, false if it has not settled by then. Rejects as it does. */
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
