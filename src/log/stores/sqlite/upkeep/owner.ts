/**
 * A database that one session has: the lock beside it decides, and the owner's file tells others who has it.
 *
 * The system lets go of the lock the moment a process dies, so that the next one takes over at once, in another container with
 * another name, too.
 */
import { mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { placeOf, stateAt } from '../../disk/file-identity.ts'
import { refusalOf, writeLock } from '../../disk/lock-file.ts'
import { SqliteDatabase } from '../database.ts'
import { type OpenSqlite, sqliteCode } from '../driver.ts'
import { toSqliteError } from '../schema.ts'
import { noteOpen, refuseIfOpen, type SystemLock, takeSystemLock } from './owner-lock.ts'
import { SqliteWatch } from './watch-files.ts'

/** An open database and the hold on it. */
export interface OwnedDatabase {
  readonly db: SqliteDatabase
  /** The real path of the file when it was opened. */
  readonly place: string
  readonly lock: SystemLock
  readonly watch: SqliteWatch
  /** When the owner before us, which did not close it, gave its last sign of life, epoch ms; null if it closed it. */
  readonly lastBeat: number | null
  /** Gives a sign of life; `now` is epoch ms. */
  beat(now: number): void
  /** Closes the database and lets go of it, also where closing throws a `RunLogError`. */
  close(): void
  /** Closes the database and keeps its lock: another one takes its place. Throws nothing. */
  leave(): void
  readonly isLeft: boolean
}

/** The result code of SQLite for a file that another has. */
const busy = 5

/** Opens the file of a run log for this session alone. Throws a `RunLogError` that names who has it. */
export function openOwned(path: string, open: OpenSqlite): OwnedDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const place = placeOf(path)
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

/** Opens a file whose lock is held. */
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

/** A log that was being put back when its process died. */
function adopt(place: string): void {
  if (stateAt(place) === null && stateAt(rebuiltOf(place)) !== null) renameSync(rebuiltOf(place), place)
}

/** Where a log lies that is complete and has not its name yet. */
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
