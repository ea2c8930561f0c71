/** The health of a guarded store: degraded with a reason, or not. */
import type { HealthListeners } from './health-listeners.ts'
import type { StoreHealth } from './options.ts'

/** The state, whose changes are reported to the listeners. */
export class Health {
  #reason: Error | null = null

  /** `waiting` returns the number of entries that wait to be written. */
  constructor(
    readonly listeners: HealthListeners,
    readonly waiting: () => number,
  ) {}

  /** The reason for which the log is degraded; null if it is not. */
  get reason(): Error | null {
    return this.#reason
  }

  get isDegraded(): boolean {
    return this.#reason !== null
  }

  get current(): StoreHealth {
    const waiting = this.waiting()
    return this.#reason === null
      ? { state: 'ok', waiting }
      : { state: 'degraded', reason: this.#reason, waiting }
  }

  degrade(problem: unknown): void {
    const isNew = this.#reason === null
    this.#reason = problem instanceof Error ? problem : new Error(String(problem))
    if (isNew) this.listeners.health(this.current)
  }

  recover(): void {
    if (this.#reason === null) return
    this.#reason = null
    this.listeners.health(this.current)
  }
}
