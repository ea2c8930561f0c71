/** A rate limit for the log lines of a run: work that logs without end must not block the session's event loop. */
import { monotonicNow } from '../../clock/system-clock.ts'

const perWindow = 200
const windowMs = 100

/** Admits two hundred lines per tenth of a second and counts the rest. */
export class LogRateLimit {
  #openedAt = Number.NEGATIVE_INFINITY
  #passed = 0
  #dropped = 0

  /** Returns whether one more line may pass now. */
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

  /** Counts lines that were not even created. */
  skip(lines: number): void {
    this.#dropped += lines
  }

  /** The number of lines dropped since the last call, as a log line; null if there were none. */
  takeDropped(): string | null {
    if (this.#dropped === 0) return null
    const line = `… ${this.#dropped} lines dropped: a run may log ${perWindow} in ${windowMs} ms`
    this.#dropped = 0
    return line
  }
}
