/** A budget that refills with time. It limits what is sent to clients, however much happens. */

/** Options of a budget. */
export interface BudgetOptions {
  /** Amount added per second. */
  readonly perSecond: number
  /** The maximum that is saved. */
  readonly most: number
  /** A monotonic clock, in ms. */
  monotonic(): number
}

export class Budget {
  readonly #options: BudgetOptions
  #left: number
  #at: number

  constructor(options: BudgetOptions) {
    this.#options = options
    this.#left = options.most
    this.#at = options.monotonic()
  }

  /** True if nothing is left. */
  get isSpent(): boolean {
    const { perSecond, most, monotonic } = this.#options
    const now = monotonic()
    this.#left = Math.min(most, this.#left + ((now - this.#at) * perSecond) / 1_000)
    this.#at = now
    return this.#left <= 0
  }

  /** Spends a part. The cost is known afterwards, so the rest may become negative; it is refilled first. */
  spend(cost: number): void {
    this.#left -= cost
  }
}
