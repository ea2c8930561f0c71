/**
 * Writing of a SQLite log: transactions, the write lock, and the checkpoints that keep the WAL small.
 *
 * A write transaction is open at all times, so that no other connection writes: two that write, or make checkpoints, at the same
 * time are what a fault of SQLite before 3.51.3 needs to lose records. Those that only read do neither while this one is open.
 *
 * A checkpoint follows the commit that takes the WAL past its limit. The WAL keeps its length, and the next commits overwrite it
 * from its start: to sync a file that grows costs up to twice as much. What lies past the limit is cut off by the first of them
 * (`journal_size_limit`).
 *
 * The limit is lower where the disk has less room, and there each checkpoint empties the WAL: it must not be what fills the disk,
 * and there must be room to write it into the file.
 */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SqliteDriver } from './driver.ts'
import { sqliteCode } from './driver.ts'
import type { EntryRow } from './rows.ts'
import type { SqliteWal } from './wal.ts'

/** Past this a checkpoint is made, bytes: some hundred single commits. */
const largestWal = 4_194_304
const smallestWal = 16_384
/** With less room than this the room is looked at before each write, bytes. */
const scarce = 33_554_432
/**
 * The space that a write may take beside its own rows, bytes: pages of indices, in the WAL and in the file.
 */
const overhead = 131_072
/** The result code of SQLite for a full disk. */
const full = 13

/** True if an operation failed because the disk is full. */
export function isFull(problem: unknown): boolean {
  const cause = (problem as Error | undefined)?.cause
  return sqliteCode(problem) === full || (cause !== undefined && isFull(cause))
}

/** Ends a transaction. A library that closes a file late would keep its locks until then: one failure is tried again. */
export function rollBack(db: SqliteDriver): void {
  for (let attempt = 0; attempt < 2; attempt++)
    try {
      return db.exec('ROLLBACK')
    } catch {
      // Or there is none: SQLite has rolled back by itself, as it does where the disk is full.
    }
}

/** The writing of one connection. */
export class SqliteWrites {
  #isHeld = false
  #room: number
  /** The size to which the WAL is cut when it begins again, bytes. */
  #limit = 0
  /** The next checkpoint is made once the WAL is larger than this, bytes. */
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

  /** Runs the work in a transaction: all of it is durable when this returns, or it throws and nothing is. */
  transaction(work: () => void): void {
    if (!this.#isHeld) this.db.exec('BEGIN IMMEDIATE')
    this.#isHeld = false
    try {
      work()
      this.db.exec('COMMIT')
    } catch (problem) {
      rollBack(this.db)
      this.#hold()
      // The content of the WAL may be all that fills the disk: the next attempt finds its room.
      if (isFull(problem)) this.#tryToMakeRoom()
      throw problem
    }
    // It began anew: no reader keeps it as it is any more.
    if (this.#checkpointAt > this.#limit && !this.wal.isLongerThan(this.#limit))
      this.#checkpointAt = this.#limit
    if (this.wal.isLongerThan(this.#checkpointAt)) this.#checkpoint()
    this.#hold()
  }

  /** Runs what must not be in a transaction. */
  outside<T>(work: () => T): T {
    this.end()
    try {
      return work()
    } finally {
      this.#hold()
    }
  }

  /** Ends the transaction that is open, which has written nothing. */
  end(): void {
    if (this.#isHeld) rollBack(this.db)
    this.#isHeld = false
  }

  /**
   * Throws as SQLite does of a full disk if the rows would leave too little room to write the WAL into the file, or to forget
   * anything: such a disk would be stuck.
   */
  checkRoomFor(rows: readonly EntryRow[]): void {
    if (this.#room > scarce) return
    this.#room = this.#roomNow()
    if (limitFor(this.#room) < this.#limit) this.#limitWal()
    const letters = rows.reduce((sum, { values }) => sum + values.reduce(lettersOf, 0), 0)
    const needed = 3 * letters + overhead
    if (this.#room + this.#freeInFile() >= needed) return
    this.#tryToMakeRoom()
    this.#room = this.#roomNow()
    if (this.#room + this.#freeInFile() < needed)
      throw Object.assign(new Error('database or disk is full'), { errcode: full })
  }

  /** Writes the WAL into the file and gives its room back. */
  makeRoom(): void {
    this.outside(() => this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all())
    this.onCheckpoint()
  }

  #tryToMakeRoom(): void {
    try {
      this.makeRoom()
    } catch {
      // There is none for that, either: somebody else has to free some.
    }
  }

  #checkpoint(): void {
    try {
      this.db.prepare(`PRAGMA wal_checkpoint(${this.#room > scarce ? 'PASSIVE' : 'TRUNCATE'})`).all()
    } catch {
      // All is in the WAL: a later commit tries again.
    }
    this.#room = this.#roomNow()
    this.#limitWal()
    // A reader may keep the WAL as it is: it must grow by as much again, or each commit would try in vain.
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

  /** Takes the lock on writing. Where another program has it for a moment, the next transaction waits for it. */
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

  /** Bytes that may still be written to the disk; Infinity where that can't be told. */
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

function lettersOf(sum: number, value: EntryRow['values'][number]): number {
  return sum + (typeof value === 'string' ? value.length : 8)
}
