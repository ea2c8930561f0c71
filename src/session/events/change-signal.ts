/** A signal for changes of the session's state that no event reports, for the part that saves the state. */
import type { Undo } from '../../clock/clock.ts'

export class ChangeSignal {
  readonly #listeners = new Set<() => void>()

  /** Calls the listener at each change. Returns a function that removes it. */
  on(listener: () => void): Undo {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Reports a change. */
  tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
