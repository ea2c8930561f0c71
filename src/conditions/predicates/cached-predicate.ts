/** Cached state of one custom condition for one owner: its last value, and the time of the next evaluation. */

/** After this number of consecutive errors, a function is evaluated less and less often. */
const errorsBeforeBackoff = 5
const longestPauseMs = 60_000
/** A pending evaluation is reported once after this time, and the previous value no longer counts. */
const slowMs = 1000
/** A function that takes longer than this blocks all other tasks. */
const blockingMs = 100

/** The last value of a condition. All times are on the monotonic clock, except `startedAt`. */
export class CachedPredicate {
  value = false
  pending = true
  error: unknown = undefined
  hasError = false
  /** Earliest time of the next evaluation. */
  nextEvaluation = Number.NEGATIVE_INFINITY
  /** Start of the last evaluation in wall time, for conditions of the calendar. */
  startedAt = Number.NEGATIVE_INFINITY
  startedMono = Number.NEGATIVE_INFINITY
  /** The newest record at that time, of those that the refresh depends on. */
  startedSeq = Number.NEGATIVE_INFINITY
  endedMono = Number.NEGATIVE_INFINITY
  /** True while an evaluation is pending. */
  isEvaluating = false
  isReleased = false
  /** Values of an event stream that wait for a run. */
  readonly waiting: unknown[] = []
  subscription: { unsubscribe(): void } | null = null
  #errors = 0
  #isKnownSlow = false
  #isKnownToBlock = false

  /** True after the first evaluation has started. */
  get wasStarted(): boolean {
    return this.startedMono !== Number.NEGATIVE_INFINITY
  }

  start(at: number, mono: number, seq: number): void {
    this.isEvaluating = true
    this.startedSeq = seq
    this.startedAt = at
    this.startedMono = mono
  }

  succeed(value: unknown, mono: number): void {
    this.#end(mono)
    this.value = Boolean(value)
    this.hasError = false
    this.error = undefined
    this.#errors = 0
  }

  fail(cause: unknown, mono: number, pauseMs: number): void {
    this.#end(mono)
    this.value = false
    this.hasError = true
    this.error = cause
    this.#errors += 1
    const pause =
      this.#errors < errorsBeforeBackoff ? pauseMs : 1000 * 2 ** (this.#errors - errorsBeforeBackoff)
    this.nextEvaluation = mono + Math.min(pause, longestPauseMs)
  }

  /** True once for an evaluation that is late. */
  detectsDelay(mono: number): boolean {
    if (this.#isKnownSlow || mono - this.startedMono <= slowMs) return false
    return (this.#isKnownSlow = true)
  }

  /** True once for a function that blocked the event loop for too long. */
  detectsBlocking(ms: number): boolean {
    if (this.#isKnownToBlock || ms <= blockingMs) return false
    return (this.#isKnownToBlock = true)
  }

  get isLate(): boolean {
    return this.#isKnownSlow
  }

  #end(mono: number): void {
    this.isEvaluating = false
    this.pending = false
    this.endedMono = mono
    this.#isKnownSlow = false
  }
}

/** The time limit of an evaluation, as text. */
export const slowText = `${slowMs} ms`
