/**
 * Pruning of a SQLite log, in small steps of a few milliseconds with turns of the event loop between them.
 */
import { nextTurn } from '../../../clock/system-clock.ts'
import { createRetentionFilter, type EntrySummary, type KeepOf, type Retention } from '../../retention.ts'
import type { SqliteDatabase } from './database.ts'
import { isFull } from './writes.ts'

/** The number of entries that one step of pruning checks or deletes. */
const entriesPerStep = 500
/** The store prunes after this many appends, and after at least a quarter of the log. */
const pruneEvery = 10_000

/** The prunings of one store, in sequence. */
export class Pruning {
  /** The records that conditions need, unless the retention names them. */
  keep: KeepOf | undefined
  /** The number of entries that were appended since the last automatic pruning. */
  appended = 0
  /** Resolves after the prunings so far. */
  idle: Promise<unknown> = Promise.resolve()
  #isEnqueued = false
  readonly #openDatabase: () => SqliteDatabase | null

  /** `openDatabase` returns null once the store closes: the remaining entries stay. */
  constructor(openDatabase: () => SqliteDatabase | null) {
    this.#openDatabase = openDatabase
  }

  /** Removes entries and returns how many. `now` is epoch ms. */
  enqueue(retention: Retention, now: number): Promise<number> {
    const keep = retention.keep ?? this.keep
    const limits = keep === undefined ? retention : { ...retention, keep }
    const done = this.idle.then(() => this.#pruneAll(limits, now))
    this.idle = done.catch(() => undefined)
    return done
  }

  /** Prunes once enough entries were appended; on a full disk, regardless of their number. */
  enqueueIfDue(retention: Retention, isDiskFull: boolean): Promise<unknown> | undefined {
    if (this.#isEnqueued || (!isDiskFull && this.appended < pruneEvery)) return
    const db = this.#openDatabase()
    if (db === null || (!isDiskFull && this.appended < db.spread / 4)) return
    this.appended = 0
    const newest = db.summaries(Infinity, 1)[0]?.at ?? 0
    this.#isEnqueued = true
    return this.enqueue(retention, newest).finally(() => {
      this.#isEnqueued = false
    })
  }

  async #pruneAll(retention: Retention, now: number): Promise<number> {
    let count = 0
    let before = Infinity
    let isKept: ReturnType<typeof createRetentionFilter> | null = null
    for (let db = this.#openDatabase(); db !== null; db = this.#openDatabase()) {
      isKept ??= createRetentionFilter(retention, now, db.openRuns())
      const entries = db.summaries(before, entriesPerStep)
      const last = entries.at(-1)
      if (last === undefined) break
      before = last.seq
      const gone = entries.filter((entry) => !isKept!(entry))
      deleteInParts(db, gone)
      count += gone.length
      await nextTurn()
    }
    return count
  }
}

/** Deletes entries: all at once, or on a full disk as many as its room allows. */
function deleteInParts(db: SqliteDatabase, entries: readonly EntrySummary[]): void {
  if (entries.length === 0) return
  try {
    db.delete(entries)
  } catch (problem) {
    if (!isFull(problem) || entries.length === 1) throw problem
    const half = Math.ceil(entries.length / 2)
    deleteInParts(db, entries.slice(0, half))
    deleteInParts(db, entries.slice(half))
  }
}
