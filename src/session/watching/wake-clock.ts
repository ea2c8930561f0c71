/** Callbacks for jumps of the clock, with one listener on the clock for all watches. */
import type { Clock } from '../../clock/clock.ts'
import type { Backlog } from '../../clock/slices.ts'

export class JumpListeners {
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
