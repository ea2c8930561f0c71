/**
 * The lock that says whose a SQLite log is. The system keeps it and lets go of it the moment the process dies.
 *
 * It lies on an empty file of its own beside the log, which the library holds in an exclusive transaction. The log itself is then
 * free to be read by others, and nothing that opens and closes the log in this process (a backup, say) can undo the lock: the
 * system drops all locks that a process has on a file when the process closes any handle of it.
 *
 * For the same reason a file that this process has open is looked up here by device and inode before anything opens it again.
 */
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { RunLogError } from '../../../../errors/errors.ts'
import { type FileIdentity, isSameFile, stateAt } from '../../disk/file-identity.ts'
import { refusalOf } from '../../disk/lock-file.ts'
import { type OpenSqlite, type SqliteDriver, sqliteCode } from '../driver.ts'
import { rollBack } from '../writes.ts'

/** A lock that is held. */
export interface SystemLock {
  /** True if the next process would find this lock, and not another one. */
  isThere(): boolean
  release(): void
}

/** The result code of SQLite for a file that another has. */
const busy = 5
const attempts = 20

/** Takes the lock of a log. Throws a `RunLogError` that names the owner if another process has it. */
export function takeSystemLock(place: string, open: OpenSqlite): SystemLock {
  const file = `${place}-lock`
  for (let attempt = 0; attempt < attempts; attempt++) {
    createUnlessThere(file)
    const found = stateAt(file)
    const db = lockFile(place, file, open)
    const now = stateAt(file)
    // An owner that left has deleted the file between the looks: what is locked is a file without a name.
    if (found !== null && now !== null && isSameFile(found, now)) return held(file, now, db)
    letGo(db)
  }
  throw new RunLogError(`Cannot lock run log '${place}' as others keep taking and leaving its lock: ${file}.`)
}

/**
 * Never opens a file that is there: a session in another thread of this process may hold its lock, and to close a handle of the
 * file here would drop that lock without a word.
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
    // No journal on the disk for a transaction that writes nothing.
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
      // Deleted while it is held, so that nobody's lock is deleted but this one.
      quietly(() => isThere() && unlinkSync(file))
      letGo(db)
    },
  }
}

function letGo(db: SqliteDriver): void {
  rollBack(db)
  quietly(() => db.close())
}

/** Nothing depends on it: a lock file without a lock is taken over. */
function quietly(act: () => unknown): void {
  try {
    act()
  } catch {
    // See above.
  }
}

/** The files that this process has open, whichever copy of this module opened them. */
const openHere: Map<string, string> = ((globalThis as unknown as Record<symbol, Map<string, string>>)[
  Symbol.for('gantry.sqlite.open')
] ??= new Map())

const keyOf = ({ dev, ino }: FileIdentity): string => `${dev}:${ino}`

/** Notes that a file is open here until the function that is returned is called. */
export function noteOpen(place: string, identity: FileIdentity): () => void {
  const key = keyOf(identity)
  openHere.set(key, place)
  return () => void openHere.delete(key)
}

/** Throws a `RunLogError` if this process has the file open, by whatever name, or if it has more than one name. */
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
        'SQLite keeps what is not yet in the file beside its name, so records would be lost. ' +
        'Delete the other names, or make a copy and use that.',
    )
}
