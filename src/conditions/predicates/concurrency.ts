/** Who may ask now: at most so many answers of one condition are under way at a time, the others wait in order. */

interface Lane<T> {
  underWay: number
  readonly waiting: T[]
}

/** Turns by key; `T` is who waits for one. */
export class Concurrency<T> {
  readonly #lanes = new Map<unknown, Lane<T>>()

  /** True if another answer may be asked for; else `who` is told when its turn has come. */
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

  /** An answer has come: gives whose turn it is next, if somebody waits. */
  give(key: unknown): T | undefined {
    const lane = this.#lanes.get(key)
    if (lane === undefined) return undefined
    lane.underWay -= 1
    const next = lane.waiting.shift()
    if (lane.underWay === 0 && lane.waiting.length === 0) this.#lanes.delete(key)
    return next
  }
}
