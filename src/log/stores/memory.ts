/**
 * The run log in memory: synchronous, bounded, lost when the process ends.
 *
 * By default it keeps 1,000 records per task, about as many as a user reads, and 100,000 in total (about 30 MB), so that ten
 * thousand busy tasks do not fill the heap of a process that runs for years. Regardless of the limits, the newest record of
 * each action of each task is kept: conditions depend on it.
 */
import { RunLogError } from '../../errors/errors.ts'
import { checkOptions } from '../../values/check-options.ts'
import { isNote, type LogEntry, type Note } from '../entry.ts'
import { countRecords, selectNotes, selectRecords } from '../query.ts'
import { checkRetention, isWorkflowState, type KeepOf, type Retention, retain } from '../retention.ts'
import type { Store } from '../store.ts'

/** The default retention of a memory store. */
export const memoryRetention: Retention = { maxPerTask: 1_000, maxTotal: 100_000 }

/**
 * Options of {@link createMemoryStore}.
 *
 * @example
 * ```ts
 * const options: MemoryStoreOptions = { retention: { maxPerTask: 50 } }
 * createApp({ store: createMemoryStore(options) })
 * ```
 */
export interface MemoryStoreOptions {
  /** The records to keep; default 1,000 per task and 100,000 in total. A limit that is left out has its default. */
  readonly retention?: Retention
}

/**
 * Creates a run log in memory.
 *
 * @example
 * ```ts
 * const app = createApp({ store: createMemoryStore({ retention: { maxPerTask: 50 } }) })
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkOptions(options, ['retention'], 'options of a memory store')
  return new MemoryStore({ ...memoryRetention, ...checkRetention(options.retention ?? {}) })
}

/** The store made by {@link createMemoryStore}. */
export class MemoryStore implements Store {
  readonly name: string = 'memory'
  readonly durable: boolean = false
  #entries: LogEntry[] = []
  #pruneAt = slack
  /** The number of entries of each task: a full pass is made only if it can remove some. */
  #counts = new Map<string, number>()
  /** The number of entries beyond the limit of their task. */
  #surplus = 0
  /** The surplus that the last pass could not remove. */
  #left = 0
  /** The `seq` of the newest workflow state of each run that has not ended. */
  readonly #workflows = new Map<string, number>()
  #closed = false
  #keep: KeepOf | undefined

  constructor(readonly retention: Retention) {}

  /** The number of entries. */
  get size(): number {
    return this.#entries.length
  }

  load(): readonly LogEntry[] {
    this.#closed = false
    return this.#entries.slice()
  }

  append(entries: readonly LogEntry[]): void {
    this.#checkOpen('append to')
    for (const entry of entries) {
      if (isNote(entry)) this.#replaceState(entry)
      else if (entry.action !== 'run') this.#workflows.delete(entry.runId)
      this.#entries.push(entry)
      this.#countIn(entry)
    }
    if (this.#entries.length >= this.#pruneAt) this.#pruneInBulk()
  }

  query(query: Parameters<Store['query']>[0]) {
    this.#checkOpen('read')
    return selectRecords(this.#entries, query)
  }

  count(query: Parameters<Store['query']>[0]): number {
    this.#checkOpen('read')
    return countRecords(this.#entries, query)
  }

  notes(query: Parameters<Store['notes']>[0]) {
    this.#checkOpen('read')
    return selectNotes(this.#entries, query)
  }

  prune(retention: Retention, now: number): number {
    this.#checkOpen('prune')
    const before = this.#entries.length
    this.#entries = retain(this.#entries, checkRetention(retention), now)
    this.#countAll()
    return before - this.#entries.length
  }

  protect(keep: KeepOf): void {
    this.#keep = keep
  }

  close(): void {
    this.#closed = true
  }

  /** Prunes in bulk once a quarter more than needed is held, so that the amortized cost per append is small. */
  #pruneInBulk(): void {
    const { maxAgeMs = Infinity, maxTotal = Infinity } = this.retention
    const size = this.#entries.length
    this.#pruneAt = Math.ceil(size * 1.25) + slack
    const isDroppable =
      maxAgeMs < Infinity || size > maxTotal || this.#surplus - this.#left >= Math.min(slack, size / 4)
    if (!isDroppable) return
    const newest = this.#entries.at(-1)?.at ?? 0
    const retention = this.#keep === undefined ? this.retention : { ...this.retention, keep: this.#keep }
    this.#entries = retain(this.#entries, retention, newest)
    this.#countAll()
    this.#pruneAt = Math.ceil(this.#entries.length * 1.25) + slack
  }

  /** Removes the state of a workflow that a newer one replaces: states are large, and a run may have many. */
  #replaceState(note: Note): void {
    if (!isWorkflowState(note)) return
    const { runId, seq } = note
    const before = this.#workflows.get(runId)
    this.#workflows.set(runId, seq)
    if (before === undefined) return
    const at = this.#entries.findLastIndex((entry) => entry.seq <= before)
    if (this.#entries[at]?.seq !== before) return
    this.#countOut(this.#entries.splice(at, 1)[0]!)
  }

  #countOut(entry: LogEntry): void {
    const task = entry.task ?? ''
    const count = this.#counts.get(task)! - 1
    this.#counts.set(task, count)
    if (count >= (this.retention.maxPerTask ?? Infinity)) this.#surplus -= 1
  }

  #countIn(entry: LogEntry): void {
    const task = entry.task ?? ''
    const count = (this.#counts.get(task) ?? 0) + 1
    this.#counts.set(task, count)
    if (count > (this.retention.maxPerTask ?? Infinity)) this.#surplus += 1
  }

  #countAll(): void {
    this.#counts = new Map()
    this.#surplus = 0
    for (const entry of this.#entries) this.#countIn(entry)
    this.#left = this.#surplus
  }

  #checkOpen(act: string): void {
    if (this.#closed) throw new RunLogError(`Cannot ${act} the run log '${this.name}' as it is closed.`)
  }
}

/** The minimum number of appends between two prunings. */
const slack = 1_000
