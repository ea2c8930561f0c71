/**
 * A session's run log: it numbers the records, keeps the index of what conditions ask, and writes to the store.
 *
 * When a record is seen by conditions is a promise of its own:
 * - a start (`run`) at once, so that nothing launches twice while the store writes;
 * - an end once it is durable, so that nothing starts after a success that a crash could undo;
 * - an end that could not be written is seen as well, after the store has said so: it did happen, and a task whose ends
 *   stayed unseen would be launched again and again. Whether the session goes on is the session's choice.
 */
import type { Action } from '../../machines/protocol.ts'
import { marksPerAction, RecencyIndex } from './history/recency-index.ts'
import { checkQuery } from './query.ts'
import { returnOf, type StoredValue, toStorable, toStorableNote, type ValueRules } from './serialize.ts'
import {
  isNote,
  type LoadLimits,
  type LogEntry,
  type LogQuery,
  type Note,
  type NoteQuery,
  type Retention,
  type RunRecord,
  type Store,
} from './store.ts'
import { streamRecords } from './stream.ts'

/** A record before it has its number. Value and params may be anything: what JSON can't carry is left out, with the reason. */
export type NewRecord = Omit<RunRecord, 'seq' | 'omitted'>

/** A note before it has its number. */
export type NewNote = Omit<Note, 'seq' | 'omitted'>

/** A record that was appended, and when it is durable: nothing to wait for with a synchronous store. */
export interface Appended<E extends LogEntry> {
  readonly record: E
  /** Rejects with what the store threw. Whoever appends handles it. */
  readonly durable: void | Promise<void>
}

/** The time that the log reads. */
export interface LogTime {
  /** Epoch ms. */
  now(): number
  /** Elapsed ms, never going back. */
  monotonic(): number
}

/** So many records of each action of each task a restart finds again for certain, however many tasks there are. */
export const restoredPerAction = 50

/** How much a restart asks of the store: less of each where tasks are many, so that a long log does not hold a start up. */
const restoreLimits: LoadLimits = {
  perAction: marksPerAction,
  total: 100_000,
  leastPerAction: restoredPerAction,
}

/** A session's run log over a store. */
export class SessionLog {
  #index = new RecencyIndex()
  #lastSeq = 0
  #isClosed = false
  #aliveAt: number | null = null
  #isBranch = false

  constructor(
    readonly store: Store,
    readonly time: LogTime,
    readonly values: ValueRules = {},
  ) {}

  /** What conditions ask. Another one after each {@link restore}. */
  get index(): RecencyIndex {
    return this.#index
  }

  /** When earlier processes last wrote to the log (epoch ms), as far as it was restored; null if they never did. */
  get aliveAt(): number | null {
    return this.#aliveAt
  }

  /** Whether it was closed, and not restored since. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Loads what earlier processes left, fills the index, and tells the runs that have a start and no end: the process died
   * under them. Their `crash` records are the session's to append. A record later than now counts as made now, so that a
   * clock set back between two processes holds nothing up.
   * A log that was closed is opened again by this.
   */
  restore(): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    if (this.#isBranch) return []
    this.#index = new RecencyIndex(this.#index)
    this.#isClosed = false
    const keep = this.#index.keepOf
    this.store.protect?.(keep)
    const loaded = this.store.load({ ...restoreLimits, keep })
    return loaded instanceof Promise ? loaded.then((entries) => this.#take(entries)) : this.#take(loaded)
  }

  /**
   * A log over another store that knows what this one does and goes on by itself: for looking ahead. It has nothing to
   * restore, and the start of a run that lives already is no second start.
   */
  branch(store: Store, time: LogTime): SessionLog {
    const branch = new SessionLog(store, time, this.values)
    branch.#index = this.#index.copy()
    branch.#lastSeq = this.#lastSeq
    branch.#isBranch = true
    return branch
  }

  /** Appends a record of a run, made now or (a history that is told) at another instant of the monotonic clock. */
  append(entry: NewRecord, mono: number = this.time.monotonic()): Appended<RunRecord> {
    const begun = this.#isBranch && entry.action === 'run' ? this.#index.openRun(entry.runId) : null
    if (begun !== null) return { record: begun, durable: undefined }
    const record = Object.freeze({ ...toStorable(entry, this.values), seq: ++this.#lastSeq })
    const durable = this.#write(record)
    if (record.action === 'run' || !(durable instanceof Promise)) {
      this.#index.add(record, mono)
      return { record, durable }
    }
    const seen = () => this.#index.add(record, mono)
    return {
      record,
      durable: durable.then(seen, (problem) => {
        seen()
        throw problem
      }),
    }
  }

  /** Appends a note: what the log keeps beside runs. */
  note(entry: NewNote): Appended<Note> {
    const record = Object.freeze({ ...toStorableNote(entry, this.values), seq: ++this.#lastSeq })
    // Seen at once: that a period was missed is no less true if the note of it should be lost.
    this.#index.addNote(record, this.time.monotonic())
    return { record, durable: this.#write(record) }
  }

  /** The records that match, newest first. Throws a `TypeError` or `RangeError` of a query that can't be meant. */
  query(query: LogQuery = {}): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    return this.store.query(checkQuery(query))
  }

  /** How many records match, whatever the `limit` of the query. */
  count(query: LogQuery = {}): number | Promise<number> {
    const { limit: _, ...all } = checkQuery(query)
    if (this.store.count !== undefined) return this.store.count(all)
    const found = this.store.query(all)
    return found instanceof Promise ? found.then((records) => records.length) : found.length
  }

  /** The records that match one by one, read page by page: an export of a long log takes little memory. */
  stream(query: LogQuery = {}): AsyncIterable<RunRecord> {
    return streamRecords(this.store, checkQuery(query))
  }

  /** The notes that match, newest first. */
  notes(query: NoteQuery = {}): readonly Note[] | Promise<readonly Note[]> {
    return this.store.notes(query)
  }

  /** The newest record of one action of a task, or null; without an action, its newest record. */
  latest(task: string, action?: Action): RunRecord | null {
    if (action !== undefined) return this.#index.lastOf(task, action)
    const status = this.#index.status(task)
    return status === null ? null : this.#index.lastOf(task, status)
  }

  /** What a successful run returned, as its record has it; or why it has not. */
  returnOf(record: RunRecord): StoredValue {
    return returnOf(record, this.values)
  }

  /** Lets the store forget what neither the retention nor a condition keeps; tells how many entries. */
  prune(retention: Retention): number | Promise<number> {
    return this.store.prune({ ...retention, keep: this.#index.keepOf }, this.time.now())
  }

  /** Leaves a sign of life: to be called every few seconds while the session runs. */
  beat(): void {
    this.store.beat?.(this.time.now())
  }

  /** When the process whose runs were left open was last seen alive, epoch ms; null if unknown. Known after {@link restore}. */
  get lastBeat(): number | null {
    return this.store.lastBeat?.() ?? null
  }

  /** Writes at once what waits to be written: for the moment before the process exits. */
  flushSync(): void {
    this.store.flushSync?.()
  }

  /** Closes the store. */
  close(): void | Promise<void> {
    this.#isClosed = true
    return this.store.close()
  }

  #take(entries: readonly LogEntry[]): readonly RunRecord[] {
    const now = this.time.now()
    const mono = this.time.monotonic()
    for (const entry of entries) {
      this.#lastSeq = Math.max(this.#lastSeq, entry.seq)
      this.#aliveAt = Math.max(this.#aliveAt ?? entry.at, entry.at)
      const madeAt = mono - Math.max(0, now - entry.at)
      if (isNote(entry)) this.#index.addNote(entry, madeAt)
      else this.#index.add(entry, madeAt)
    }
    return this.#index.openRuns()
  }

  #write(entry: LogEntry): void | Promise<void> {
    try {
      return this.store.append([entry])
    } catch (problem) {
      return Promise.reject(problem)
    }
  }
}
