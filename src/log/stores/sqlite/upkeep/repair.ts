/**
 * Puts a SQLite log back where the next start looks for it, after somebody moved, deleted, replaced or cut its files.
 *
 * The open connection still sees all of the log: a moved or deleted file lives on while it is open. So the log is rewritten
 * beside its place, synced, and given its name; what lies there by then is kept aside. Until that is done nothing is acknowledged.
 */
import { closeSync, copyFileSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunLogError } from '../../../../errors/errors.ts'
import { isSameFile, placeOf, stateAt } from '../../disk/file-identity.ts'
import { syncFolder } from '../../disk/file-io.ts'
import { SqliteDatabase } from '../database.ts'
import type { OpenSqlite } from '../driver.ts'
import { toRow } from '../rows.ts'
import { freeName, isDamage, moveAside } from '../salvage.ts'
import { toSqliteError } from '../schema.ts'
import { type OwnedDatabase, openLocked, rebuiltOf } from './owner.ts'
import { takeSystemLock } from './owner-lock.ts'
import type { Harm } from './watch-files.ts'

/** The way in which a log is restored. */
export interface MendOptions {
  readonly path: string
  readonly open: OpenSqlite
  /** True if a part of the log suffices where not all of it can be read. */
  readonly rescues: boolean
}

/** The log in its place, and what to tell; `null` if nothing had to be done. */
export interface Mended {
  readonly file: OwnedDatabase
  readonly message: string
  readonly movedTo?: string
}

const harms: Readonly<Record<Harm, string>> = {
  missing: 'was moved or deleted',
  replaced: 'was replaced by another file',
  wal: 'lost its WAL',
  shm: 'lost its shared memory',
  lock: 'lost its lock file',
  cut: 'was cut short',
  written: 'was written to',
}

/** Puts the log back. Throws a `RunLogError` if that cannot be done now: the next attempt may succeed. */
export function mend(file: OwnedDatabase, harm: Harm, options: MendOptions): Mended | null {
  const { path, open } = options
  try {
    if (harm === 'written' && isSound(file, open)) {
      file.watch.remember()
      return null
    }
    return rebuild(file, harm, options)
  } catch (problem) {
    const error = toSqliteError('write', path, problem)
    throw new RunLogError(
      `Cannot go on with run log '${path}', which ${harms[harm]} by another program while it was open, as it must be put back: ${error.message}`,
      { cause: error },
    )
  }
}

function rebuild(file: OwnedDatabase, harm: Harm, { path, open, rescues }: MendOptions): Mended {
  mkdirSync(dirname(path), { recursive: true })
  const place = placeOf(path)
  const isLocked = place === file.place && file.lock.isThere()
  // Whoever has taken the place meanwhile keeps it, and this log waits.
  const lock = isLocked ? file.lock : takeSystemLock(place, open)
  try {
    const draft = `${place}.rebuilding`
    remove(draft)
    const isWhole = writeDraft(file, harm, draft, open, rescues)
    sync(draft)
    renameSync(draft, rebuiltOf(place))
    syncFolder(dirname(place))
    const movedTo = keepAside(file, harm, place)
    file.leave()
    for (const end of ['-wal', '-shm']) remove(place + end)
    renameSync(rebuiltOf(place), place)
    syncFolder(dirname(place))
    const made = openLocked(path, place, lock, open)
    if (!isLocked) file.lock.release()
    const what = isWhole ? 'It is whole again.' : 'What could be read of it is kept.'
    const where = movedTo === undefined ? '' : ` What lay there is in '${movedTo}'.`
    const message = `Run log '${path}' ${harms[harm]} by another program while it was open. ${what}${where}`
    return { file: made, message, ...(movedTo === undefined ? {} : { movedTo }) }
  } catch (problem) {
    // Once left it is opened anew, with its lock.
    if (!isLocked || file.isLeft) lock.release()
    throw problem
  }
}

/** Writes all that the open connection sees; false if that is not all there was. */
function writeDraft(
  file: OwnedDatabase,
  harm: Harm,
  draft: string,
  open: OpenSqlite,
  rescues: boolean,
): boolean {
  try {
    file.db.exportTo(draft)
    if (harm === 'cut' || harm === 'written') checkDraft(draft, open)
    return true
  } catch (problem) {
    // An emptied file holds nothing that a refusal would save.
    const isEmpty = stateAt(file.place)?.size === 0
    if (!isDamage(problem) || !(rescues || isEmpty)) throw problem
    remove(draft)
    const db = new SqliteDatabase(draft, open)
    try {
      db.insert(file.db.rescue().map(toRow))
    } finally {
      db.close()
    }
    return false
  }
}

/** Throws the damage of a copy: it was made of a file that others have written to. */
function checkDraft(draft: string, open: OpenSqlite): void {
  const db = new SqliteDatabase(draft, open)
  try {
    db.quickCheck()
  } finally {
    db.close()
  }
}

/** True if a second connection reads the same sound log: the file was only touched. */
function isSound(file: OwnedDatabase, open: OpenSqlite): boolean {
  try {
    return file.db.agreesWith(open)
  } catch {
    return false
  }
}

/** Keeps what lies in the place and is not in the draft: a file of others, or ours with what they wrote to it. */
function keepAside(file: OwnedDatabase, harm: Harm, place: string): string | undefined {
  const there = stateAt(place)
  if (there === null || there.size === 0) return undefined
  if (!isSameFile(there, file.watch.identity)) return moveAside(place, 'replaced', !file.watch.wal.isThere())
  if (harm !== 'cut' && harm !== 'written') return undefined
  // Copied, as the connection that is about to be closed would write to it once more.
  const copy = freeName(place, 'damaged')
  copyFileSync(place, copy)
  return copy
}

function remove(path: string): void {
  rmSync(path, { force: true })
}

function sync(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
