/** Wakes that must look again when the clock jumps: one listener on the clock, however many watches there are. */
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

  /** Calls `wake` once at the next jump; returns its undo. */
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
