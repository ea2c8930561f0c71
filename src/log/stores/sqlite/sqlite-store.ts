/**
 * The run log in a SQLite file: durable, indexed, of unlimited length.
 *
 * Entries appended within one turn of the event loop form one commit (group commit), and a promise resolves when its entries are
 * on the disk. No entry is held in memory: queries read the file, which the operating system caches.
 */
import { dirname } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import { checkOptions } from '../../../values/check-options.ts'
import type { LogEntry, Note, RunRecord } from '../../entry.ts'
import type { LogQuery, NoteQuery } from '../../query.ts'
import { checkRetention, type KeepOf, type Retention } from '../../retention.ts'
import type { LoadLimits, Store } from '../../store.ts'
import { type LogProblem, warnOfProblem } from '../../store-problem.ts'
import { toEntryRefusal, toRunLogError } from '../disk/file-io.ts'
import { networkOf } from '../disk/network-drive.ts'
import type { SqliteDatabase } from './database.ts'
import { findSqlite, type OpenSqlite, type SqliteLibrary } from './driver.ts'
import { CommitQueue } from './group-commit.ts'
import { Pruning } from './pruning.ts'
import { type EntryRow, toRow } from './rows.ts'
import { isDamage, moveAside, rescueEntries } from './salvage.ts'
import { type OwnedDatabase, openOwned } from './upkeep/owner.ts'
import { repair } from './upkeep/repair.ts'
import { isFull } from './writes.ts'

/** The default retention of a SQLite store: 100,000 records per task. */
export const sqliteRetention: Retention = { maxPerTask: 100_000 }

/**
 * Options of {@link createSqliteStore}.
 *
 * @example
 * ```ts
 * const options: SqliteStoreOptions = { retention: { maxAgeMs: 90 * 86_400_000 }, library: 'libsql' }
 * createApp({ store: createSqliteStore('./gantry.db', options) })
 * ```
 */
export interface SqliteStoreOptions {
  /** The records to keep; default 100,000 per task. A limit that is left out has its default. */
  readonly retention?: Retention
  /** The library to use; default the first that is available. A function opens files with another library. */
  readonly library?: SqliteLibrary | OpenSqlite
  /**
   * The treatment of a damaged file. Default `refuse`: a `RunLogError`. With `rescue` the file is moved aside, its readable
   * entries are copied to a new file, and `onProblem` reports their number.
   */
  readonly onDamage?: 'refuse' | 'rescue'
  /** Receives failures of background work, and rescues. Default: a process warning. */
  readonly onProblem?: (problem: LogProblem) => void
}

/**
 * Creates a run log in a SQLite file; a missing folder or file is created when the session starts. One session at a time may have
 * the file open: a second one is refused with a `RunLogError` that names the process. Throws a `SetupError` if no SQLite library
 * is available (`node:sqlite` of Node 22.13 and later, or the package `libsql`).
 *
 * @example
 * ```ts
 * const app = createApp({ store: createSqliteStore('./gantry.db', { retention: { maxAgeMs: 90 * 86_400_000 } }) })
 * const same = createApp({ store: 'sqlite:./gantry.db' })    // with the defaults
 * ```
 */
export function createSqliteStore(path: string, options: SqliteStoreOptions = {}): Store {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`Cannot keep the run log as path must be a non-empty string: ${String(path)}`)
  checkOptions(options, ['retention', 'library', 'onDamage', 'onProblem'], 'options of a sqlite store')
  const retention = { ...sqliteRetention, ...checkRetention(options.retention ?? {}) }
  const open = typeof options.library === 'function' ? options.library : findSqlite(options.library)
  return new SqliteStore(
    path,
    retention,
    open,
    options.onProblem ?? warnOfProblem,
    options.onDamage === 'rescue',
  )
}

class SqliteStore implements Store {
  readonly name: string
  readonly durable = true
  #file: OwnedDatabase | null = null
  #lastBeat: number | null = null
  #state: 'new' | 'open' | 'closing' | 'closed' = 'new'
  readonly #queue = new CommitQueue(
    (rows) => this.#commit(rows),
    () => this.#pruneIfDue(),
  )
  readonly #pruning = new Pruning(() => (this.#state === 'open' ? this.#opened('prune') : null))
  #closing: Promise<void> = Promise.resolve()

  constructor(
    readonly path: string,
    readonly retention: Retention,
    readonly open: OpenSqlite,
    readonly onProblem: (problem: LogProblem) => void,
    readonly rescues: boolean,
  ) {
    this.name = `sqlite:${path}`
  }

  load(limits?: LoadLimits): readonly LogEntry[] {
    if (this.#state === 'closed') this.#state = 'new'
    try {
      return this.#read(limits)
    } catch (problem) {
      if (!this.rescues || !isDamage(problem)) throw problem
      this.#rescue()
      return this.#read(limits)
    }
  }

  append(entries: readonly LogEntry[]): Promise<void> {
    this.#opened('append to')
    let rows: EntryRow[]
    try {
      rows = entries.map(toRow)
    } catch (problem) {
      throw toEntryRefusal(this.path, problem)
    }
    return this.#queue.add(rows)
  }

  query(query: LogQuery): readonly RunRecord[] {
    return this.#opened('read').select(query)
  }

  count(query: LogQuery): number {
    return this.#opened('read').count(query)
  }

  notes(query: NoteQuery): readonly Note[] {
    return this.#opened('read').notes(query)
  }

  protect(keep: KeepOf): void {
    this.#pruning.keep = keep
  }

  async prune(retention: Retention, now: number): Promise<number> {
    this.#opened('prune')
    return this.#pruning.enqueue(checkRetention(retention), now)
  }

  beat(now: number): void {
    this.#file?.beat(now)
  }

  check(): void {
    if (this.#state === 'open') this.#checkFiles()
  }

  lastBeat(): number | null {
    return this.#lastBeat
  }

  flushSync(): void {
    this.#queue.flushSync()
  }

  close(): Promise<void> {
    if (this.#state === 'new') this.#state = 'closed'
    if (this.#state === 'open') this.#closing = this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.flushSync()
    try {
      this.#checkFiles()
    } catch (problem) {
      this.onProblem({ kind: 'damage', path: this.path, message: (problem as Error).message })
    }
    this.#state = 'closing'
    await this.#pruning.idle
    this.#closeFile()
  }

  #read(limits: LoadLimits | undefined): readonly LogEntry[] {
    const db = this.#opened('read')
    return limits === undefined ? db.all() : db.recent(limits)
  }

  #rescue(): void {
    const { path } = this
    this.#closeFile()
    const entries = rescueEntries(path, this.open)
    const movedTo = moveAside(path)
    this.#state = 'new'
    this.#opened('write').insert(entries.map(toRow))
    const message = `Run log '${path}' was damaged: ${entries.length} entries were rescued. The damaged file is kept as '${movedTo}'.`
    this.onProblem({ kind: 'damage', path, message, movedTo })
  }

  #closeFile(): void {
    const file = this.#file
    this.#file = null
    this.#state = 'closed'
    file?.close()
  }

  #opened(act: string): SqliteDatabase {
    if (this.#file !== null && this.#state === 'open') return this.#file.db
    if (this.#state !== 'new')
      throw new RunLogError(`Cannot ${act} run log '${this.path}' as it is ${this.#state}.`)
    this.#file = openOwned(this.path, this.open)
    this.#lastBeat = this.#file.lastBeat
    this.#state = 'open'
    this.#reportQuarantine()
    const network = networkOf(dirname(this.path))
    if (network !== null) {
      const message = `Run log '${this.path}' is on a network file system (${network}), where SQLite's lock may be unreliable: keep it on a local disk.`
      this.onProblem({ kind: 'network', path: this.path, message })
    }
    return this.#file.db
  }

  /** Checks the files, so that no entry is acknowledged that the next start would not find. */
  #checkFiles(): void {
    const file = this.#file
    const harm = file?.watch.check() ?? null
    if (file === null || harm === null) return
    const { path, open, rescues } = this
    try {
      const repaired = repair(file, harm, { path, open, rescues })
      if (repaired === null) return
      this.#file = repaired.file
      const { message, movedTo } = repaired
      this.onProblem({ kind: 'displaced', path, message, ...(movedTo === undefined ? {} : { movedTo }) })
    } catch (problem) {
      if (file.isLeft) {
        this.#file = null
        this.#state = 'new'
      }
      throw problem
    }
  }

  #reportQuarantine(): void {
    const { path } = this
    const found = this.#file?.db.setAside ?? null
    if (found === null) return
    const message = `Run log '${path}' holds ${found.rows} records of unknown actions (${found.action}): they were moved to its table quarantine.`
    this.onProblem({ kind: 'bad entry', path, message })
  }

  #commit(rows: readonly EntryRow[]): void {
    this.#checkFiles()
    const db = this.#opened('append to')
    try {
      db.insert(rows)
    } catch (problem) {
      if (isFull(problem)) this.#pruneIfDue(true)
      throw problem
    }
    this.#pruning.appended += rows.length
  }

  /** Prunes once enough entries were appended; on a full disk, regardless of their number. */
  #pruneIfDue(isDiskFull = false): void {
    this.#pruning.enqueueIfDue(this.retention, isDiskFull)?.catch((problem: unknown) => {
      const { message } = toRunLogError('prune', this.path, problem)
      this.onProblem({ kind: 'compact', path: this.path, message })
    })
  }
}
