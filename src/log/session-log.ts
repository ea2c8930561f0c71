/**
 * The run log of a session: it numbers the records, maintains the index that conditions read, and writes to the store.
 *
 * Visibility guarantees, that is, when conditions see a record:
 * - a start (`run`) at once, so that no task launches twice while the store writes;
 * - an end once it is durable, so that no task starts after a success that a crash could undo;
 * - an end that the store failed to write, after the failure: the run did end, and without its end the task would launch
 *   repeatedly. The session decides whether it continues.
 */
import type { Action } from '../../machines/protocol.ts'
import { chain } from '../values/promise.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from './entry.ts'
import { marksPerAction, RecencyIndex } from './history/recency-index.ts'
import { checkNoteQuery, checkQuery, type LogQuery, type NoteQuery, streamRecords } from './query.ts'
import type { Retention } from './retention.ts'
import { returnOf, type StoredValue, toStorable, toStorableNote, type ValueRules } from './serialize.ts'
import type { LoadLimits, Store } from './store.ts'

/** A record without its `seq`. Value and params may be of any type: what JSON cannot represent is omitted with a reason. */
export type NewRecord = Omit<RunRecord, 'seq' | 'omitted'>

/** A note without its `seq`. */
export type NewNote = Omit<Note, 'seq' | 'omitted'>

/** An appended record and its durability: with a synchronous store there is no promise to wait for. */
export interface Appended<E extends LogEntry> {
  readonly record: E
  /** Rejects with the store's error. The appender handles it. */
  readonly durable: void | Promise<void>
}

/** The time source of the log. */
export interface LogTime {
  /** Epoch ms. */
  now(): number
  /** Elapsed ms, monotonic. */
  monotonic(): number
}

/** The minimum number of records of each action of each task that a restart restores, regardless of the number of tasks. */
export const restoredPerAction = 50

/** The limits of a restore: fewer records of each task where there are many tasks, so that a long log does not delay a start. */
const restoreLimits: LoadLimits = {
  perAction: marksPerAction,
  total: 100_000,
  leastPerAction: restoredPerAction,
}

/** The run log of a session, on top of a store. */
export class SessionLog {
  #index = new RecencyIndex()
  #lastSeq = 0
  #isClosed = false
  #aliveAt: number | null = null
  #isBranch = false
  /** The newest states of the workflows of open runs, as of the last restore. */
  readonly #workflows = new Map<string, Note>()

  constructor(
    readonly store: Store,
    readonly time: LogTime,
    readonly values: ValueRules = {},
  ) {}

  /** The index that conditions read. Each {@link restore} replaces it. */
  get index(): RecencyIndex {
    return this.#index
  }

  /** The time of the last write by an earlier process, epoch ms, as of the last restore; null if there was none. */
  get aliveAt(): number | null {
    return this.#aliveAt
  }

  /** The greatest sequence number so far; 0 for an empty log. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** True if the log was closed and not restored since. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Loads the entries of earlier processes, fills the index, and returns the runs that have a start and no end: their process
   * crashed. The session appends their `crash` records. A record with a time in the future counts as made now, so that a
   * clock set back between two processes delays nothing. Reopens a closed log.
   */
  restore(): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    if (this.#isBranch) return []
    this.#index = new RecencyIndex(this.#index)
    this.#isClosed = false
    const keep = this.#index.keepOf
    this.store.protect?.(keep)
    const loaded = this.store.load({ ...restoreLimits, keep })
    return chain(loaded, (entries) => this.#take(entries))
  }

  /**
   * Creates an independent log over another store, with the same history: for simulations. It has nothing to restore, and
   * the start of a run that is live already is not counted again.
   */
  branch(store: Store, time: LogTime): SessionLog {
    const branch = new SessionLog(store, time, this.values)
    branch.#index = this.#index.copy()
    branch.#lastSeq = this.#lastSeq
    branch.#isBranch = true
    return branch
  }

  /** Appends a record of a run, made now or (for imported history) at another monotonic time, ms. */
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

  /** Appends a note: an entry that is not about the start or end of a run. */
  note(entry: NewNote): Appended<Note> {
    const record = Object.freeze({ ...toStorableNote(entry, this.values), seq: ++this.#lastSeq })
    // Visible at once: a period is missed even if its note is lost.
    this.#index.addNote(record, this.time.monotonic())
    return { record, durable: this.#write(record) }
  }

  /** Returns, once, the state of an open run's workflow that the last restore has loaded; undefined if there is none. */
  takeWorkflow(runId: string): Note | undefined {
    const note = this.#workflows.get(runId)
    this.#workflows.delete(runId)
    return note
  }

  /** The matching records, newest first. Throws `TypeError` or `RangeError` for an invalid query. */
  query(query: LogQuery = {}): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    return this.store.query(checkQuery(query))
  }

  /** The number of matching records, regardless of the query's `limit`. */
  count(query: LogQuery = {}): number | Promise<number> {
    const { limit: _, ...all } = checkQuery(query)
    if (this.store.count !== undefined) return this.store.count(all)
    const found = this.store.query(all)
    return chain(found, (records) => records.length)
  }

  /** The matching records one by one, read page by page: an export of a long log needs little memory. */
  stream(query: LogQuery = {}): AsyncIterable<RunRecord> {
    return streamRecords(this.store, checkQuery(query))
  }

  /** The matching notes, newest first. */
  notes(query: NoteQuery = {}): readonly Note[] | Promise<readonly Note[]> {
    return this.store.notes(checkNoteQuery(query))
  }

  /** The newest record of one action of a task, or null; without an action, its newest record. */
  latest(task: string, action?: Action): RunRecord | null {
    if (action !== undefined) return this.#index.lastOf(task, action)
    const status = this.#index.status(task)
    return status === null ? null : this.#index.lastOf(task, status)
  }

  /** The return value of a successful run as its record holds it, or the reason why it is not stored. */
  returnOf(record: RunRecord): StoredValue {
    return returnOf(record, this.values)
  }

  /** Lets the store forget entries that neither the retention nor a condition keeps. Returns the number of entries removed. */
  prune(retention: Retention): number | Promise<number> {
    return this.store.prune({ ...retention, keep: this.#index.keepOf }, this.time.now())
  }

  /** Writes a heartbeat; called every few seconds while the session runs. */
  beat(): void {
    this.store.beat?.(this.time.now())
  }

  /** The last heartbeat of the process that left runs open, epoch ms; null if unknown. Available after {@link restore}. */
  get lastBeat(): number | null {
    return this.store.lastBeat?.() ?? null
  }

  /** Writes pending entries synchronously, before the process exits. */
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
    this.#workflows.clear()
    for (const entry of entries) {
      this.#lastSeq = Math.max(this.#lastSeq, entry.seq)
      this.#aliveAt = Math.max(this.#aliveAt ?? entry.at, entry.at)
      const madeAt = mono - Math.max(0, now - entry.at)
      if (!isNote(entry)) {
        this.#index.add(entry, madeAt)
        if (entry.action !== 'run') this.#workflows.delete(entry.runId)
      } else if (entry.note === 'workflow' && entry.runId !== undefined)
        this.#workflows.set(entry.runId, entry)
      else this.#index.addNote(entry, madeAt)
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
