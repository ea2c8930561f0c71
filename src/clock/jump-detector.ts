/** Detection of a wall clock that was set and of a machine that slept. */
import type { ClockJump } from './clock.ts'

/** Sources of the system clock's axes; tests replace them. */
export interface TimeSources {
  readonly wall: () => number
  /** Elapsed ms without the time the machine slept. */
  readonly awake: () => number
  /** Elapsed ms including the time the machine slept. */
  readonly boot: () => number
}

/** Clock discipline (NTP) adjusts the wall clock by milliseconds; only a larger change counts as set. */
const jumpToleranceMs = 250

/** Compares the axes of time with their last reading. */
export class JumpDetector {
  readonly #sources: TimeSources
  #wall = 0
  #awake = 0
  #boot = 0
  #sleptMs = 0

  constructor(sources: TimeSources) {
    this.#sources = sources
    this.restart()
  }

  /** The time that the machine has slept, which the awake axis does not include, ms. */
  get sleptMs(): number {
    return this.#sleptMs
  }

  /** Reads all axes; the next check compares with this reading. */
  restart(): void {
    this.#wall = this.#sources.wall()
    this.#awake = this.#sources.awake()
    this.#boot = this.#sources.boot()
  }

  /** Returns the jump since the last reading; null if there was none. */
  check(): ClockJump | null {
    const beyond = this.#sources.wall() - this.#wall - (this.#sources.awake() - this.#awake)
    const slept = this.#sources.boot() - this.#boot - (this.#sources.awake() - this.#awake)
    this.restart()
    if (Math.abs(beyond) <= jumpToleranceMs) return null
    // Boot time includes sleep and cannot be set, so it distinguishes a machine that slept from a clock that was set.
    const kind = slept > jumpToleranceMs ? 'slept' : 'set'
    if (kind === 'slept') this.#sleptMs += slept
    return { kind, byMs: beyond }
  }
}
