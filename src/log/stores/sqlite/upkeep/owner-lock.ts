/**
 * The ownership lock of a SQLite log, which the operating system releases the moment the process dies.
 *
 * The lock is on a separate empty file next to the log, which the library holds in an exclusive transaction. So other processes
 * can read the log, and nothing that opens and closes the log in this process (a backup, for example) can release the lock:
 * the system drops all locks of a process on a file when the process closes any handle of that file.
 *
 * For the same reason, files that this process has open are registered here by device and inode, and are never reopened.
 */
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { RunLogError } from '../../../../errors/errors.ts'
import { type FileIdentity, isSameFile, stateAt } from '../../disk/file-identity.ts'
import { refusalOf } from '../../disk/lock-file.ts'
import { type OpenSqlite, type SqliteDriver, sqliteCode } from '../driver.ts'
import { rollBack } from '../writes.ts'

/** A held lock. */
export interface SystemLock {
  /** True if the next process would find this lock and not another one. */
  isThere(): boolean
  release(): void
}

/** The SQLite result code for a locked file. */
const busy = 5
const attempts = 20

/** Takes the lock of a log. Throws a `RunLogError` that names the owner if another process holds it. */
export function takeSystemLock(place: string, open: OpenSqlite): SystemLock {
  const file = `${place}-lock`
  for (let attempt = 0; attempt < attempts; attempt++) {
    createUnlessThere(file)
    const found = stateAt(file)
    const db = lockFile(place, file, open)
    const now = stateAt(file)
    // An owner that released the lock may have deleted the file between the checks: the locked file then has no name.
    if (found !== null && now !== null && isSameFile(found, now)) return held(file, now, db)
    closeLock(db)
  }
  throw new RunLogError(
    `Cannot lock run log '${place}' as other processes keep taking and releasing its lock: ${file}.`,
  )
}

/**
 * Creates the file, but never opens an existing one: a session in another thread of this process may hold its lock, and closing
 * a handle of the file here would silently drop that lock.
 */
function createUnlessThere(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o666))
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'EEXIST') throw problem
  }
}

function lockFile(place: string, file: string, open: OpenSqlite): SqliteDriver {
  const db = open(file)
  try {
    db.exec('PRAGMA busy_timeout = 0')
    // No journal file for a transaction that writes nothing.
    db.prepare('PRAGMA journal_mode = MEMORY').all()
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (problem) {
    quietly(() => db.close())
    throw sqliteCode(problem) === busy ? refusalOf(place) : problem
  }
}

function held(file: string, identity: FileIdentity, db: SqliteDriver): SystemLock {
  const isThere = (): boolean => {
    const now = stateAt(file)
    return now !== null && isSameFile(now, identity)
  }
  return {
    isThere,
    release: () => {
      // Deleted while the lock is held, so that only this lock's file is deleted.
      quietly(() => isThere() && unlinkSync(file))
      closeLock(db)
    },
  }
}

function closeLock(db: SqliteDriver): void {
  rollBack(db)
  quietly(() => db.close())
}

/** Ignores errors: a lock file without a lock is taken over. */
function quietly(act: () => unknown): void {
  try {
    act()
  } catch {
    // See above.
  }
}

/** The files that this process has open, registered by any copy of this module. */
const openHere: Map<string, string> = ((globalThis as unknown as Record<symbol, Map<string, string>>)[
  Symbol.for('gantry.sqlite.open')
] ??= new Map())

const keyOf = ({ dev, ino }: FileIdentity): string => `${dev}:${ino}`

/** Registers an open file. Returns a function that removes it. */
export function noteOpen(place: string, identity: FileIdentity): () => void {
  const key = keyOf(identity)
  openHere.set(key, place)
  return () => void openHere.delete(key)
}

/** Throws a `RunLogError` if this process has the file open, under any name, or if the file has more than one name. */
export function refuseIfOpen(path: string, place: string): void {
  const state = stateAt(place)
  if (state === null) {
    if ([...openHere.values()].includes(place)) throw refusalOf(place)
    return
  }
  const openAs = openHere.get(keyOf(state))
  if (openAs !== undefined) throw refusalOf(openAs)
  if (state.isFile && state.links > 1)
    throw new RunLogError(
      `Cannot open run log '${path}' as the file must have one name: it has ${state.links} (hard links). ` +
        'SQLite stores pending data next to the file by its name, so records would be lost. ' +
        'Delete the other names, or make a copy and use that.',
    )
}
