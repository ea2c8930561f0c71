/** Retries of a store that cannot write: one timer, with a longer pause after each failure. */
import type { Clock, Undo } from '../../clock/clock.ts'

const longestPauseMs = 1_000

/** The next retry, and the pause before it. */
export class RetryClock {
  #undo: Undo | null = null
  #pauseMs: number

  constructor(
    readonly clock: Pick<Clock, 'callAfter'>,
    readonly firstPauseMs: number,
    readonly onRetry: () => void,
  ) {
    this.#pauseMs = firstPauseMs
  }

  /** Plans a retry after the current pause, or after the given one, unless one is planned. */
  arm(pauseMs: number = this.#pauseMs): void {
    this.#undo ??= this.clock.callAfter(pauseMs, () => {
      this.#undo = null
      this.onRetry()
    })
  }

  disarm(): void {
    this.#undo?.()
    this.#undo = null
  }

  /** Doubles the pause, up to a second. */
  lengthen(): void {
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }

  /** Sets the pause to the first one. */
  reset(): void {
    this.#pauseMs = this.firstPauseMs
  }
}
