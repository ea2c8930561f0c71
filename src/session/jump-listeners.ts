/** Wakes that must look again when the clock jumps: one listener on the clock, however many watches there are. */
import type { Clock } from '../clock.ts'

export class JumpListeners {
  readonly #wakes = new Set<() => void>()
  readonly #clock: Clock
  #undo: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `wake` once at the next jump; returns its undo. */
  add(wake: () => void): () => void {
    this.#wakes.add(wake)
    this.#undo ??= this.#clock.onJump(() => {
      for (const each of [...this.#wakes]) {
        this.#wakes.delete(each)
        each()
      }
    })
    return () => {
      this.#wakes.delete(wake)
      if (this.#wakes.size > 0) return
      this.#undo?.()
      this.#undo = null
    }
  }
}
