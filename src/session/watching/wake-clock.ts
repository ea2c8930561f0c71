/** The clock of watches, which wakes them at an instant, or earlier if the clock jumps. */
import type { Clock } from '../../clock/clock.ts'
import type { Backlog } from '../../clock/slices.ts'
import type { WakeClock } from '../../conditions/facts.ts'

export interface WatchClockDeps {
  readonly clock: Clock
  readonly backlog: Backlog
  /** Notified when a timer has fired, before the watch is woken. */
  readonly launcher: { woken(): void }
}

/** The clock of a session's watches. */
export class WatchClock implements WakeClock {
  /** The instant for which a watch is being woken, epoch ms, since its timer may be late; otherwise null. */
  wokenFor: number | null = null
  readonly #deps: WatchClockDeps
  readonly #jumps: JumpListeners

  constructor(deps: WatchClockDeps) {
    this.#deps = deps
    this.#jumps = new JumpListeners(deps.clock, deps.backlog)
  }

  now(): number {
    return this.#deps.clock.now()
  }

  wakeAt(at: number, wake: () => void): () => void {
    const { clock, launcher } = this.#deps
    const undoTimer = clock.callAt(at, () => {
      undoJump()
      launcher.woken()
      this.#wakeFor(at, wake)
    })
    const undoJump = this.#jumps.add(() => {
      undoTimer()
      this.#wakeFor(at, wake)
    })
    return () => {
      undoTimer()
      undoJump()
    }
  }

  #wakeFor(at: number, wake: () => void): void {
    this.wokenFor = Math.min(at, this.#deps.clock.now())
    try {
      wake()
    } finally {
      this.wokenFor = null
    }
  }
}

/** The callbacks for jumps of the clock, with one listener on the clock for all watches. */
class JumpListeners {
  readonly #wakes = new Set<() => void>()
  readonly #clock: Clock
  readonly #backlog: Backlog
  #undo: (() => void) | null = null

  constructor(clock: Clock, backlog: Backlog) {
    this.#clock = clock
    this.#backlog = backlog
  }

  /** Calls `wake` once, at the next jump. Returns a function that removes it. */
  add(wake: () => void): () => void {
    this.#wakes.add(wake)
    this.#undo ??= this.#clock.onJump(() => {
      const wakes = [...this.#wakes]
      this.#wakes.clear()
      this.#backlog.add(wakes)
    })
    return () => {
      this.#backlog.drop(wake)
      this.#wakes.delete(wake)
      if (this.#wakes.size > 0) return
      this.#undo?.()
      this.#undo = null
    }
  }
}
