/** What is kept of one custom condition for one owner: its last answer, and when it may be asked again. */

/** Something to subscribe to, of RxJS or another library. */
export interface StreamLike {
  subscribe(observer: {
    next: (value: unknown) => void
    error: (error: unknown) => void
    complete: () => void
  }): { unsubscribe(): void }
}

/** True of whatever can be subscribed to. */
export function isStream(value: unknown): value is StreamLike {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<StreamLike>).subscribe === 'function'
  )
}

/** After so many errors in a row a function is looked at more and more rarely. */
const patience = 5
const longestPauseMs = 60_000
/** An answer that takes longer than this is reported, once, and the one before it counts no more. */
const slowMs = 1000
/** A function that takes longer than this holds up every other task. */
const holdMs = 100

/** The last answer of a condition. All times are on the monotonic clock, but `askedAt`. */
export class CachedPredicate {
  value = false
  pending = true
  error: unknown = undefined
  hasError = false
  /** Not asked before this. */
  nextLook = Number.NEGATIVE_INFINITY
  /** When it was last asked: wall time, for conditions of the calendar. */
  askedAt = Number.NEGATIVE_INFINITY
  askedMono = Number.NEGATIVE_INFINITY
  /** The newest record then of those that its refresh waits for. */
  askedSeq = Number.NEGATIVE_INFINITY
  answeredMono = Number.NEGATIVE_INFINITY
  /** An answer is under way. */
  isLooking = false
  isReleased = false
  /** Values of an event stream that wait for a run. */
  readonly waiting: unknown[] = []
  subscription: { unsubscribe(): void } | null = null
  #errors = 0
  #isKnownSlow = false
  #isKnownToHold = false

  /** It was asked for the first time, at least. */
  get wasAsked(): boolean {
    return this.askedMono !== Number.NEGATIVE_INFINITY
  }

  asks(at: number, mono: number, seq: number): void {
    this.isLooking = true
    this.askedSeq = seq
    this.askedAt = at
    this.askedMono = mono
  }

  said(value: unknown, mono: number): void {
    this.#ends(mono)
    this.value = Boolean(value)
    this.hasError = false
    this.error = undefined
    this.#errors = 0
  }

  failed(cause: unknown, mono: number, pauseMs: number): void {
    this.#ends(mono)
    this.value = false
    this.hasError = true
    this.error = cause
    this.#errors += 1
    const pause = this.#errors < patience ? pauseMs : 1000 * 2 ** (this.#errors - patience)
    this.nextLook = mono + Math.min(pause, longestPauseMs)
  }

  /** True once for an answer that is late. */
  noticesDelay(mono: number): boolean {
    if (this.#isKnownSlow || mono - this.askedMono <= slowMs) return false
    return (this.#isKnownSlow = true)
  }

  /** True once for a function that took so long that everything else waited. */
  holdsUp(ms: number): boolean {
    if (this.#isKnownToHold || ms <= holdMs) return false
    return (this.#isKnownToHold = true)
  }

  get isLate(): boolean {
    return this.#isKnownSlow
  }

  #ends(mono: number): void {
    this.isLooking = false
    this.pending = false
    this.answeredMono = mono
    this.#isKnownSlow = false
  }
}

/** How long an answer may take, in words. */
export const slowWords = `${slowMs} ms`
