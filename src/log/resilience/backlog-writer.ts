/** Writes of waiting entries, oldest first, in batches whose size follows what the store can take. */
import { isRefusal, type StoreCalls, settled } from '../store-calls.ts'
import type { Item, WriteBacklog } from './write-backlog.ts'

/** Maximum number of entries in one batch. */
const entriesAtOnce = 500

/** Receives the items that were not written. */
export interface UnwrittenItems {
  /** An item that waits again. */
  keep(item: Item): void
  /** An item that can never be written. */
  lose(item: Item, problem: unknown): void
}

/** Writes a backlog to the store below. */
export class BacklogWriter {
  /** Reduced after a failure: a disk without room for all entries may have room for some. */
  #atOnce = entriesAtOnce
  #trying: readonly Item[] = []

  constructor(
    readonly calls: StoreCalls,
    readonly backlog: WriteBacklog,
    readonly unwritten: UnwrittenItems,
  ) {}

  /** The items of the write in progress. */
  get trying(): readonly Item[] {
    return this.#trying
  }

  /** Sets the size of batches to the maximum. */
  reset(): void {
    this.#atOnce = entriesAtOnce
  }

  /** Writes the oldest items. Rejects if they cannot be written now; drops entries that can never be written. */
  async writeSome(): Promise<void> {
    const items = this.backlog.take(this.#atOnce)
    this.#trying = items
    try {
      const answer = this.calls.append(items.flatMap((item) => item.entries))
      if (answer !== undefined) await settled(answer)
      for (const item of items) item.resolve()
      this.#atOnce = Math.min(this.#atOnce * 2, entriesAtOnce)
    } catch (problem) {
      const isRefused = isRefusal(problem)
      if (isRefused && items.length === 1) return this.unwritten.lose(items[0]!, problem)
      for (const item of items) this.unwritten.keep(item)
      // One of the entries can never be written: retry them one by one to find it.
      this.#atOnce = isRefused ? 1 : Math.max(1, Math.floor(this.#atOnce / 2))
      if (!isRefused) throw problem
    } finally {
      this.#trying = []
    }
  }
}
