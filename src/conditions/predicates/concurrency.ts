/** Concurrency limit per condition for async evaluations; further ones wait in order. */

interface Lane<T> {
  underWay: number
  readonly waiting: T[]
}

/** Limits by key; `T` is the waiting owner of an evaluation. */
export class Concurrency<T> {
  readonly #lanes = new Map<unknown, Lane<T>>()

  /** True if another evaluation may start; otherwise `who` is queued, and returned by {@link give} in its turn. */
  has(key: unknown, limit: number, who: T, isSame: (a: T, b: T) => boolean): boolean {
    const lane = this.#lanes.get(key)
    if (lane === undefined || lane.underWay < limit) return true
    if (!lane.waiting.some((other) => isSame(other, who))) lane.waiting.push(who)
    return false
  }

  take(key: unknown): void {
    const lane = this.#lanes.get(key) ?? { underWay: 0, waiting: [] }
    this.#lanes.set(key, lane)
    lane.underWay += 1
  }

  /** Ends an evaluation; returns the next waiting owner, if there is one. */
  give(key: unknown): T | undefined {
    const lane = this.#lanes.get(key)
    if (lane === undefined) return undefined
    lane.underWay -= 1
    const next = lane.waiting.shift()
    if (lane.underWay === 0 && lane.waiting.length === 0) this.#lanes.delete(key)
    return next
  }
}
