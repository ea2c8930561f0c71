/**
 * Group commit: what is added within a turn of the event loop is one commit at the end of it, and what would make a commit
 * too long for the loop waits for the next turns.
 */
import { nextTurn } from '../../../clock/clock.ts'
import type { EntryRow } from './rows.ts'

/** Rows that go to the disk in one commit. */
interface Batch {
  readonly rows: EntryRow[]
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (problem: unknown) => void
}

/** So many rows make a commit of some 10 ms at most. */
const rowsPerCommit = 500

/** What waits to be committed, in order. */
export class CommitQueue {
  /** A commit each. */
  #batches: Batch[] = []

  constructor(
    /** Commits all of the rows, or none and throws. */
    readonly commit: (rows: readonly EntryRow[]) => void,
    /** Called when nothing waits any more. */
    readonly onIdle: () => void,
  ) {}

  /** Resolves when the rows are committed, which is together or not at all. */
  add(rows: readonly EntryRow[]): Promise<void> {
    const batch = this.#batchFor(rows.length)
    for (const row of rows) batch.rows.push(row)
    return batch.done
  }

  /** Commits all that waits, before it returns. */
  flushSync(): void {
    while (this.#batches.length > 0) this.#commitOne()
  }

  #batchFor(count: number): Batch {
    const last = this.#batches.at(-1)
    if (last !== undefined && last.rows.length + count <= rowsPerCommit) return last
    let resolve!: () => void
    let reject!: (problem: unknown) => void
    const done = new Promise<void>((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    const batch: Batch = { rows: [], done, resolve, reject }
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
    // None where `flushSync` has written it meanwhile.
    if (batch === undefined) return
    try {
      this.commit(batch.rows)
      this.#batches.shift()
      batch.resolve()
    } catch (problem) {
      // What came later is not written before it: the order of the log is the order of what happened.
      for (const waiting of this.#batches.splice(0)) waiting.reject(problem)
    }
  }
}
