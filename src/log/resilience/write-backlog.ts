/** Entries that wait to be written, in order, each with whoever waits for it. */
import type { LogEntry } from '../store.ts'

/** What one `append` brought. */
export interface Item {
  readonly entries: readonly LogEntry[]
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (problem: unknown) => void
  /** Whether whoever appended it waits no more. */
  isLetGo: boolean
  /** True if it was given up: it is not tried again. */
  isLost: boolean
}

/** An item for what was appended. */
export function createItem(entries: readonly LogEntry[]): Item {
  let resolve!: () => void
  let reject!: (problem: unknown) => void
  const done = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Whoever was let go on listens no more.
  done.catch(() => undefined)
  return { entries, done, resolve, reject, isLetGo: false, isLost: false }
}

/** The queue of what waits. */
export class WriteBacklog {
  #items: Item[] = []
  #entries = 0

  /** How many entries wait. */
  get size(): number {
    return this.#entries
  }

  /** Adds an item in the order of its first entry: what was refused may come back in another one. */
  add(item: Item): void {
    const seq = item.entries[0]?.seq ?? Infinity
    let place = this.#items.length
    while (place > 0 && (this.#items[place - 1]!.entries[0]?.seq ?? -Infinity) > seq) place--
    this.#items.splice(place, 0, item)
    this.#entries += item.entries.length
  }

  /** Takes the items whose appender still waits. */
  takeWaiting(): Item[] {
    const waiting = this.#items.filter((item) => !item.isLetGo)
    this.#items = this.#items.filter((item) => item.isLetGo)
    this.#entries = this.#items.reduce((count, { entries }) => count + entries.length, 0)
    return waiting
  }

  /** Takes the oldest items, one at least, with at most so many entries together. */
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
