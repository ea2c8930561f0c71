/** Entries that wait to be written, in order, each with its pending appender. */
import { createDeferred } from '../../values/deferred.ts'
import type { LogEntry } from '../entry.ts'

/** The entries of one `append` call. */
export interface Item {
  readonly entries: readonly LogEntry[]
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (problem: unknown) => void
  /** True once the appender was released (policy `buffer`). */
  isReleased: boolean
  /** True once the item was abandoned: it is not retried. */
  isLost: boolean
}

/** Creates the item of an `append` call. */
export function createItem(entries: readonly LogEntry[]): Item {
  const { promise: done, resolve, reject } = createDeferred()
  // A released appender no longer handles the rejection.
  done.catch(() => undefined)
  return { entries, done, resolve, reject, isReleased: false, isLost: false }
}

/** The queue of waiting items. */
export class WriteBacklog {
  #items: Item[] = []
  #entries = 0

  /** The number of waiting entries. */
  get size(): number {
    return this.#entries
  }

  /** Inserts an item by the `seq` of its first entry: a failed write may return after later items were added. */
  add(item: Item): void {
    const seq = item.entries[0]?.seq ?? Infinity
    let place = this.#items.length
    while (place > 0 && (this.#items[place - 1]!.entries[0]?.seq ?? -Infinity) > seq) place--
    this.#items.splice(place, 0, item)
    this.#entries += item.entries.length
  }

  /** Removes and returns the items whose appender still waits. */
  takeWaiting(): Item[] {
    const waiting = this.#items.filter((item) => !item.isReleased)
    this.#items = this.#items.filter((item) => item.isReleased)
    this.#entries = this.#items.reduce((count, { entries }) => count + entries.length, 0)
    return waiting
  }

  /** Removes and returns the oldest items: at least one, and at most `atMost` entries in total. */
  take(atMost: number): Item[] {
    let count = 0
    let entries = 0
    for (const item of this.#items) {
      if (count > 0 && entries + item.entries.length > atMost) break
      entries += item.entries.length
      count++
    }
    this.#entries -= entries
    return this.#items.splice(0, count)
  }
}
