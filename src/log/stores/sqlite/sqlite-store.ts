/**
 * The run log in a SQLite file: durable, indexed, of any length.
 *
 * What is appended within a turn of the event loop is one commit (group commit), and a promise resolves when its entries are
 * on the disk. Nothing of the log is held in memory: queries read the file, which the system caches. Forgetting goes in small
 * steps, a few milliseconds each, with turns of the loop between them.
 */
import { dirname } from 'node:path'
import { nextTurn } from '../../../clock/clock.ts'
import { RunLogError } from '../../../errors/errors.ts'
import { checkRetention, createSieve, type Sifted } from '../../retention.ts'
import type {
  KeepOf,
  LoadLimits,
  LogEntry,
  LogQuery,
  Note,
  NoteQuery,
  Retention,
  RunRecord,
  Store,
} from '../../store.ts'
import { type LogProblem, warnOfProblem } from '../../store-problem.ts'
import { toEntryRefusal, toRunLogError } from '../disk/file-io.ts'
import { networkOf } from '../disk/network-drive.ts'
import type { SqliteDatabase } from './database.ts'
import { findSqlite, type OpenSqlite, type SqliteLibrary } from './driver.ts'
import { CommitQueue } from './group-commit.ts'
import { type EntryRow, toRow } from './rows.ts'
import { isDamage, moveAside, rescueEntries } from './salvage.ts'
import { type OwnedDatabase, openOwned } from './upkeep/owner.ts'
import { mend } from './upkeep/repair.ts'
import { isFull } from './writes.ts'

/** What a SQLite store keeps unless told otherwise. */
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
  /** What to keep; default 100,000 records of a task. A limit that is left out has its default. */
  readonly retention?: Retention
  /** Which library to use; default the first that is there. A function opens files with another one. */
  readonly library?: SqliteLibrary | OpenSqlite
  /**
   * What to do with a damaged file. Default `refuse`: a `RunLogError` that says so. With `rescue` it is moved aside, what can
   * still be read of it is the beginning of a new file, and `onProblem` tells how much that was.
   */
  readonly onDamage?: 'refuse' | 'rescue'
  /** Told of what could not be done in the background, and of a rescue. Default: a process warning. Never silent. */
  readonly onProblem?: (problem: LogProblem) => void
}

/**
 * Makes a run log in a SQLite file; folder and file are made where they are missing when the session starts. One session at
 * a time may have the file: a second one is refused with a `RunLogError` that names the process. Throws a `SetupError` where
 * no SQLite library is there (`node:sqlite` of Node 22.13 and later, or the package `libsql`).
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

/** So many entries are looked at, or deleted, in a step of forgetting. */
const entriesPerStep = 500
/** The own retention is looked after once so many entries were appended, and a quarter of the log at least. */
const tidyEvery = 10_000

/** Deletes entries: all at once, or as many as a full disk has room for. */
function deleteBitByBit(db: SqliteDatabase, entries: readonly Sifted[]): void {
  if (entries.length === 0) return
  try {
    db.delete(entries)
  } catch (problem) {
    if (!isFull(problem) || entries.length === 1) throw problem
    const half = Math.ceil(entries.length / 2)
    deleteBitByBit(db, entries.slice(0, half))
    deleteBitByBit(db, entries.slice(half))
  }
}

class SqliteStore implements Store {
  readonly name: string
  readonly durable = true
  #file: OwnedDatabase | null = null
  #lastBeat: number | null = null
  #state: 'new' | 'open' | 'closing' | 'closed' = 'new'
  readonly #queue = new CommitQueue(
    (rows) => this.#commit(rows),
    () => this.#tidy(),
  )
  #keep: KeepOf | undefined
  /** Sweeps, one after the other. */
  #sweeps: Promise<unknown> = Promise.resolve()
  #untidy = 0
  #isTidying = false
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
    this.#keep = keep
  }

  async prune(retention: Retention, now: number): Promise<number> {
    this.#opened('prune')
    return this.#sweep(checkRetention(retention), now)
  }

  beat(now: number): void {
    this.#file?.beat(now)
  }

  check(): void {
    if (this.#state === 'open') this.#look()
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
      this.#look()
    } catch (problem) {
      this.onProblem({ kind: 'damage', path: this.path, message: (problem as Error).message })
    }
    this.#state = 'closing'
    await this.#sweeps
    this.#letGo()
  }

  #read(limits: LoadLimits | undefined): readonly LogEntry[] {
    const db = this.#opened('read')
    return limits === undefined ? db.all() : db.recent(limits)
  }

  #rescue(): void {
    const { path } = this
    this.#letGo()
    const entries = rescueEntries(path, this.open)
    const movedTo = moveAside(path)
    this.#state = 'new'
    this.#opened('write').insert(entries.map(toRow))
    const message = `Run log '${path}' was damaged: ${entries.length} entries were rescued. The file is kept in '${movedTo}'.`
    this.onProblem({ kind: 'damage', path, message, movedTo })
  }

  #letGo(): void {
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
    this.#tellSetAside()
    const network = networkOf(dirname(this.path))
    if (network !== null) {
      const message = `Run log '${this.path}' lies on a network file system (${network}), where SQLite's lock may not hold: keep it on a disk of this machine.`
      this.onProblem({ kind: 'network', path: this.path, message })
    }
    return this.#file.db
  }

  /** Nothing is acknowledged that the next start would not find. */
  #look(): void {
    const file = this.#file
    const harm = file?.watch.look() ?? null
    if (file === null || harm === null) return
    const { path, open, rescues } = this
    try {
      const mended = mend(file, harm, { path, open, rescues })
      if (mended === null) return
      this.#file = mended.file
      const { message, movedTo } = mended
      this.onProblem({ kind: 'displaced', path, message, ...(movedTo === undefined ? {} : { movedTo }) })
    } catch (problem) {
      if (file.isLeft) {
        this.#file = null
        this.#state = 'new'
      }
      throw problem
    }
  }

  #tellSetAside(): void {
    const { path } = this
    const found = this.#file?.db.setAside ?? null
    if (found === null) return
    const message = `Run log '${path}' holds ${found.rows} records of unknown actions (${found.action}): they were moved to its table quarantine.`
    this.onProblem({ kind: 'bad entry', path, message })
  }

  #commit(rows: readonly EntryRow[]): void {
    this.#look()
    const db = this.#opened('append to')
    try {
      db.insert(rows)
    } catch (problem) {
      if (isFull(problem)) this.#tidy(0)
      throw problem
    }
    this.#untidy += rows.length
  }

  /** Forgets once there is enough to forget; on a full disk, whatever there is. */
  #tidy(atLeast = tidyEvery): void {
    if (this.#untidy < atLeast || this.#isTidying || this.#state !== 'open') return
    const db = this.#opened('prune')
    if (atLeast > 0 && this.#untidy < db.spread / 4) return
    this.#untidy = 0
    const newest = db.sifted(Infinity, 1)[0]?.at ?? 0
    this.#isTidying = true
    const told = (problem: unknown): void => {
      const { message } = toRunLogError('prune', this.path, problem)
      this.onProblem({ kind: 'compact', path: this.path, message })
    }
    void this.#sweep(this.retention, newest)
      .catch(told)
      .finally(() => {
        this.#isTidying = false
      })
  }

  #sweep(retention: Retention, now: number): Promise<number> {
    const keep = retention.keep ?? this.#keep
    const wished = keep === undefined ? retention : { ...retention, keep }
    const done = this.#sweeps.then(() => this.#sweepAll(wished, now))
    this.#sweeps = done.catch(() => undefined)
    return done
  }

  async #sweepAll(retention: Retention, now: number): Promise<number> {
    let count = 0
    let before = Infinity
    let open: ReadonlySet<number> | null = null
    const stays = createSieve(retention, now, (run) => open!.has(run.seq))
    // A store that is closed meanwhile is not held up: what was not looked at stays.
    while (this.#state === 'open') {
      const db = this.#opened('prune')
      open ??= db.openSeqs()
      const entries = db.sifted(before, entriesPerStep)
      const last = entries.at(-1)
      if (last === undefined) break
      before = last.seq
      const gone = entries.filter((entry) => !stays(entry))
      deleteBitByBit(db, gone)
      count += gone.length
      await nextTurn()
    }
    return count
  }
}
