/** How many lines of a run's log are passed on: work that logs without end must not take the session's loop with it. */
import { monotonicNow } from '../../clock/clock.ts'

const perWindow = 200
const windowMs = 100

/** Lets two hundred lines through in a tenth of a second and counts the rest. */
export class LogRateLimit {
  #openedAt = Number.NEGATIVE_INFINITY
  #passed = 0
  #dropped = 0

  /** May one more line pass now? */
  admits(): boolean {
    const now = monotonicNow()
    if (now - this.#openedAt >= windowMs) {
      this.#openedAt = now
      this.#passed = 0
    }
    if (this.#passed < perWindow) {
      this.#passed += 1
      return true
    }
    this.#dropped += 1
    return false
  }

  /** Lines that were not even made. */
  skip(lines: number): void {
    this.#dropped += lines
  }

  /** How many lines were held back since it was last asked, as a line of its own; null if none were. */
  takeDropped(): string | null {
    if (this.#dropped === 0) return null
    const line = `… ${this.#dropped} lines dropped: a run may log ${perWindow} in ${windowMs} ms`
    this.#dropped = 0
    return line
  }
}
