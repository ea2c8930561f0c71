/**
 * A database with exclusive ownership: the lock next to it decides, and the owner file names the owner to others.
 *
 * The operating system releases the lock the moment a process dies, so the next one takes over at once, also in another
 * container with another host name.
 */
import { mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { realPathOf, stateAt } from '../../disk/file-identity.ts'
import { refusalOf, writeLock } from '../../disk/lock-file.ts'
import { SqliteDatabase } from '../database.ts'
import { type OpenSqlite, sqliteCode } from '../driver.ts'
import { toSqliteError } from '../schema.ts'
import { noteOpen, refuseIfOpen, type SystemLock, takeSystemLock } from './owner-lock.ts'
import { SqliteWatch } from './watch-files.ts'

/** An open database and its lock. */
export interface OwnedDatabase {
  readonly db: SqliteDatabase
  /** The real path of the file at the time it was opened. */
  readonly place: string
  readonly lock: SystemLock
  readonly watch: SqliteWatch
  /** The last heartbeat of a previous owner that did not close the database, epoch ms; null if it closed it. */
  readonly lastBeat: number | null
  /** Writes a heartbeat; `now` is epoch ms. */
  beat(now: number): void
  /** Closes the database and releases it, even if closing throws a `RunLogError`. */
  close(): void
  /** Closes the database and keeps its lock for the database that takes its place. Never throws. */
  leave(): void
  readonly isLeft: boolean
}

/** The SQLite result code for a locked file. */
const busy = 5

/** Opens the file of a run log for this session only. Throws a `RunLogError` that names the owner if it is taken. */
export function openOwned(path: string, open: OpenSqlite): OwnedDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const place = realPathOf(path)
    refuseIfOpen(path, place)
    const lock = takeSystemLock(place, open)
    try {
      adopt(place)
      return openLocked(path, place, lock, open)
    } catch (problem) {
      lock.release()
      throw problem
    }
  } catch (problem) {
    throw toSqliteError('open', path, problem)
  }
}

/** Opens a file whose lock is held already. */
export function openLocked(path: string, place: string, lock: SystemLock, open: OpenSqlite): OwnedDatabase {
  const db = openUnlessBusy(place, open)
  try {
    const owner = writeLock(place)
    const watch = new SqliteWatch(path, place, lock, db.wal)
    const forget = noteOpen(place, watch.identity)
    db.onCheckpoint = () => watch.remember()
    let isLeft = false
    return {
      get isLeft() {
        return isLeft
      },
      db,
      place,
      lock,
      watch,
      lastBeat: owner.lastBeat,
      beat: owner.beat,
      close: () => {
        try {
          db.close()
        } finally {
          forget()
          owner.release()
          lock.release()
        }
      },
      leave: () => {
        isLeft = true
        forget()
        owner.release()
        db.leave()
      },
    }
  } catch (problem) {
    db.close()
    throw problem
  }
}

/** Completes the restoration of a log whose process died meanwhile. */
function adopt(place: string): void {
  if (stateAt(place) === null && stateAt(rebuiltOf(place)) !== null) renameSync(rebuiltOf(place), place)
}

/** The path of a restored log that is complete but does not have its final name yet. */
export function rebuiltOf(place: string): string {
  return `${place}.rebuilt`
}

function openUnlessBusy(place: string, open: OpenSqlite): SqliteDatabase {
  try {
    return new SqliteDatabase(place, open)
  } catch (problem) {
    throw sqliteCode((problem as Error).cause) === busy ? refusalOf(place) : problem
  }
}
