/**
 * Writes of a SQLite log: transactions, the write lock, and the checkpoints that keep the WAL small.
 *
 * A write transaction is open at all times, so that no other connection writes: two connections that write or make checkpoints
 * at the same time can lose records by a bug of SQLite before 3.51.3. Readers do neither while this transaction is open.
 *
 * A checkpoint follows the commit that takes the WAL past its limit. The WAL keeps its length, and later commits overwrite it from
 * its start: syncing a file that grows costs up to twice as much. The first of them truncates the WAL to the limit
 * (`journal_size_limit`).
 *
 * The limit is lower if the disk has less room, and then each checkpoint empties the WAL: the WAL must not fill the disk, and
 * there must be room to write it into the file.
 */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SqliteDriver } from './driver.ts'
import { sqliteCode } from './driver.ts'
import type { EntryRow } from './rows.ts'
import type { SqliteWal } from './wal.ts'

/** The WAL size past which a checkpoint is made, bytes: some hundred single commits. */
const largestWal = 4_194_304
const smallestWal = 16_384
/** The free space below which it is checked before each write, bytes. */
const scarce = 33_554_432
/** The space that a write may take in addition to its rows, bytes: pages of indices, in the WAL and in the file. */
const overhead = 131_072
/** The SQLite result code for a full disk. */
const full = 13

/** True if an operation failed because the disk is full. */
export function isFull(problem: unknown): boolean {
  const cause = (problem as Error | undefined)?.cause
  return sqliteCode(problem) === full || (cause !== undefined && isFull(cause))
}

/** Ends a transaction. With one retry, as a library that closes a file late would keep its locks until then. */
export function rollBack(db: SqliteDriver): void {
  for (let attempt = 0; attempt < 2; attempt++)
    try {
      return db.exec('ROLLBACK')
    } catch {
      // There may be no transaction: SQLite rolls back by itself, for example when the disk is full.
    }
}

/** The write side of one connection. */
export class SqliteWrites {
  #isHeld = false
  #room: number
  /** The size to which the WAL is truncated when it restarts, bytes. */
  #limit = 0
  /** The WAL size past which the next checkpoint is made, bytes. */
  #checkpointAt = 0
  onCheckpoint: () => void = () => {}

  constructor(
    readonly path: string,
    readonly db: SqliteDriver,
    readonly wal: SqliteWal,
  ) {
    this.#room = this.#roomNow()
    this.#limitWal()
    this.#hold()
  }

  /** Runs `work` in a transaction: it is durable when this returns; if this throws, nothing was written. */
  transaction(work: () => void): void {
    if (!this.#isHeld) this.db.exec('BEGIN IMMEDIATE')
    this.#isHeld = false
    try {
      work()
      this.db.exec('COMMIT')
    } catch (problem) {
      rollBack(this.db)
      this.#hold()
      // The WAL itself may be what fills the disk: emptying it makes room for the next attempt.
      if (isFull(problem)) this.#tryToMakeRoom()
      throw problem
    }
    // The WAL restarted: no reader prevents that any longer.
    if (this.#checkpointAt > this.#limit && !this.wal.isLongerThan(this.#limit))
      this.#checkpointAt = this.#limit
    if (this.wal.isLongerThan(this.#checkpointAt)) this.#checkpoint()
    this.#hold()
  }

  /** Runs `work` outside of a transaction. */
  outside<T>(work: () => T): T {
    this.end()
    try {
      return work()
    } finally {
      this.#hold()
    }
  }

  /** Ends the open transaction, which has written nothing. */
  end(): void {
    if (this.#isHeld) rollBack(this.db)
    this.#isHeld = false
  }

  /**
   * Throws SQLite's error for a full disk if the rows would leave too little room to write the WAL into the file, or to delete
   * entries: the log would be stuck.
   */
  checkRoomFor(rows: readonly EntryRow[]): void {
    if (this.#room > scarce) return
    this.#room = this.#roomNow()
    if (limitFor(this.#room) < this.#limit) this.#limitWal()
    const length = rows.reduce((sum, { values }) => sum + values.reduce(lengthOf, 0), 0)
    const needed = 3 * length + overhead
    if (this.#room + this.#freeInFile() >= needed) return
    this.#tryToMakeRoom()
    this.#room = this.#roomNow()
    if (this.#room + this.#freeInFile() < needed)
      throw Object.assign(new Error('database or disk is full'), { errcode: full })
  }

  /** Writes the WAL into the file and releases its space. */
  makeRoom(): void {
    this.outside(() => this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all())
    this.onCheckpoint()
  }

  #tryToMakeRoom(): void {
    try {
      this.makeRoom()
    } catch {
      // There is no room for that, either: the user has to free some.
    }
  }

  #checkpoint(): void {
    try {
      this.db.prepare(`PRAGMA wal_checkpoint(${this.#room > scarce ? 'PASSIVE' : 'TRUNCATE'})`).all()
    } catch {
      // All data is in the WAL: a later commit tries again.
    }
    this.#room = this.#roomNow()
    this.#limitWal()
    // A reader may prevent a restart of the WAL: it must grow by the limit again, or each commit would try without success.
    this.#checkpointAt = this.wal.size + this.#limit
    this.onCheckpoint()
  }

  #limitWal(): void {
    const limit = limitFor(this.#room)
    this.#checkpointAt = limit
    if (limit === this.#limit) return
    this.#limit = limit
    this.db.prepare(`PRAGMA journal_size_limit = ${limit}`).all()
  }

  /** Takes the write lock. If another program holds it for a moment, the next transaction waits for it. */
  #hold(): void {
    try {
      this.db.exec('BEGIN IMMEDIATE')
      this.#isHeld = true
    } catch {
      this.#isHeld = false
    }
  }

  #freeInFile(): number {
    const [pages, size] = ['freelist_count', 'page_size'].map((name) =>
      Number(Object.values(this.db.prepare(`PRAGMA ${name}`).all()[0] ?? {})[0] ?? 0),
    )
    return pages! * size!
  }

  /** Free space of the disk in bytes; Infinity if unknown. */
  #roomNow(): number {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.path))
      return bavail * bsize
    } catch {
      return Number.POSITIVE_INFINITY
    }
  }
}

function limitFor(room: number): number {
  return Math.min(largestWal, Math.max(smallestWal, Math.floor(room / 8)))
}

function lengthOf(sum: number, value: EntryRow['values'][number]): number {
  return sum + (typeof value === 'string' ? value.length : 8)
}
