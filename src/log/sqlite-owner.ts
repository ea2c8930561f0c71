/**
 * A database that is ours alone: SQLite's own lock decides, the lock file beside it tells others who has it.
 *
 * The system lets go of SQLite's lock the moment a process dies, so that the next one takes over at once, in another
 * container with another name, too.
 */
import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { toRunLogError } from './file-io.ts'
import { refusalOf, writeLock } from './lock-file.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { type OpenSqlite, sqliteCode } from './sqlite-driver.ts'

/** An open database and the hold on it. */
export interface OwnedDatabase {
  readonly db: SqliteDatabase
  /** When the owner before us, which did not close it, gave its last sign of life, epoch ms; null if it closed it. */
  readonly lastBeat: number | null
  /** Gives a sign of life; `now` is epoch ms. */
  beat(now: number): void
  /** Closes the database and lets go of it, also where closing throws a `RunLogError`. */
  close(): void
}

/** The files that this process has open. */
const openHere = new Set<string>()
/** The result code of SQLite for a file that another has. */
const busy = 5

/** Opens the file of a run log for this session alone. Throws a `RunLogError` that names who has it. */
export function openOwned(path: string, open: OpenSqlite): OwnedDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const place = join(realpathSync(dirname(path)), basename(path))
    // Looked at first: to open the file a second time here would free the lock that the system keeps for this process.
    if (openHere.has(place)) throw refusalOf(path)
    const db = openUnlessBusy(path, open)
    try {
      const lock = writeLock(path)
      openHere.add(place)
      const letGo = (): void => {
        openHere.delete(place)
        lock.release()
      }
      return { db, lastBeat: lock.lastBeat, beat: lock.beat, close: () => closeAnd(db, letGo) }
    } catch (problem) {
      db.close()
      throw problem
    }
  } catch (problem) {
    throw toRunLogError('open', path, problem)
  }
}

function openUnlessBusy(path: string, open: OpenSqlite): SqliteDatabase {
  try {
    return new SqliteDatabase(path, open)
  } catch (problem) {
    throw sqliteCode((problem as Error).cause) === busy ? refusalOf(path) : problem
  }
}

function closeAnd(db: SqliteDatabase, letGo: () => void): void {
  try {
    db.close()
  } finally {
    letGo()
  }
}
