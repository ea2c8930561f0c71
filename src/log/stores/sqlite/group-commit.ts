/**
 * Group commit: rows added within one turn of the event loop are committed together at its end. Rows that would make a commit
 * block the event loop for too long wait for the next turns.
 */
import { nextTurn } from '../../../clock/system-clock.ts'
import { createDeferred, type Deferred } from '../../../values/deferred.ts'
import type { EntryRow } from './rows.ts'

/** Rows of one commit. */
interface Batch {
  readonly rows: EntryRow[]
  readonly done: Deferred
}

/** The maximum number of rows per commit, which then takes about 10 ms. */
const rowsPerCommit = 500

/** The queue of rows to commit, in order. */
export class CommitQueue {
  /** One commit each. */
  #batches: Batch[] = []

  constructor(
    /** Commits all of the rows, or none and throws. */
    readonly commit: (rows: readonly EntryRow[]) => void,
    /** Called when the queue becomes empty. */
    readonly onIdle: () => void,
  ) {}

  /** Adds rows that are committed together or not at all. Resolves when they are committed. */
  add(rows: readonly EntryRow[]): Promise<void> {
    const batch = this.#batchFor(rows.length)
    for (const row of rows) batch.rows.push(row)
    return batch.done.promise
  }

  /** Commits all waiting rows synchronously. */
  flushSync(): void {
    while (this.#batches.length > 0) this.#commitOne()
  }

  #batchFor(count: number): Batch {
    const last = this.#batches.at(-1)
    if (last !== undefined && last.rows.length + count <= rowsPerCommit) return last
    const batch: Batch = { rows: [], done: createDeferred() }
    if (this.#batches.push(batch) === 1) void this.#commitSoon()
    return batch
  }

  async #commitSoon(): Promise<void> {
    do {
      await nextTurn()
      this.#commitOne()
    } while (this.#batches.length > 0)
    this.onIdle()
  }

  #commitOne(): void {
    const batch = this.#batches[0]
    // Empty if `flushSync` has committed it in the meantime.
    if (batch === undefined) return
    try {
      this.commit(batch.rows)
      this.#batches.shift()
      batch.done.resolve()
    } catch (problem) {
      // Later rows are not written before these: the order of the log is the order of events.
      for (const waiting of this.#batches.splice(0)) waiting.done.reject(problem)
    }
  }
}
