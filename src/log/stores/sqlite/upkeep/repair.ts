/**
 * Restoration of an open SQLite log after another process moved, deleted, replaced or truncated its files.
 *
 * The open connection still sees the whole log: a moved or deleted file exists while it is open. The log is copied to a file
 * next to its place, synced and renamed; a file found in its place is kept. No entry is acknowledged until that is done.
 */
import { closeSync, copyFileSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunLogError } from '../../../../errors/errors.ts'
import { isSameFile, realPathOf, stateAt } from '../../disk/file-identity.ts'
import { syncFolder } from '../../disk/file-io.ts'
import { SqliteDatabase } from '../database.ts'
import type { OpenSqlite } from '../driver.ts'
import { toRow } from '../rows.ts'
import { freeName, isDamage, moveAside } from '../salvage.ts'
import { toSqliteError } from '../schema.ts'
import { type OwnedDatabase, openLocked, rebuiltOf } from './owner.ts'
import { takeSystemLock } from './owner-lock.ts'
import type { Harm } from './watch-files.ts'

/** The options of a repair. */
export interface RepairOptions {
  readonly path: string
  readonly open: OpenSqlite
  /** True if a partial copy suffices where the log cannot be read completely. */
  readonly rescues: boolean
}

/** The repaired log, and the problem to report; null if no repair was necessary. */
export interface Repaired {
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

/** Repairs the log. Throws a `RunLogError` if that is not possible now: a later attempt may succeed. */
export function repair(file: OwnedDatabase, harm: Harm, options: RepairOptions): Repaired | null {
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
      `Cannot continue with run log '${path}', which ${harms[harm]} by another program while it was open, as it must be restored: ${error.message}`,
      { cause: error },
    )
  }
}

function rebuild(file: OwnedDatabase, harm: Harm, { path, open, rescues }: RepairOptions): Repaired {
  mkdirSync(dirname(path), { recursive: true })
  const place = realPathOf(path)
  const isLocked = place === file.place && file.lock.isThere()
  // Another process that has taken the place keeps it, and this log waits.
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
    const what = isWhole ? 'It was restored completely.' : 'Its readable entries were kept.'
    const where = movedTo === undefined ? '' : ` The file found in its place is kept as '${movedTo}'.`
    const message = `Run log '${path}' ${harms[harm]} by another program while it was open. ${what}${where}`
    return { file: made, message, ...(movedTo === undefined ? {} : { movedTo }) }
  } catch (problem) {
    // A database that was closed is opened again, with its own lock.
    if (!isLocked || file.isLeft) lock.release()
    throw problem
  }
}

/** Copies all entries that the open connection sees; returns false if the copy is incomplete. */
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
    // If the file was emptied there is nothing left to protect by refusing.
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

/** Throws an error for a copy that is damaged, as its source was modified by another process. */
function checkDraft(draft: string, open: OpenSqlite): void {
  const db = new SqliteDatabase(draft, open)
  try {
    db.quickCheck()
  } finally {
    db.close()
  }
}

/** True if a second connection reads the same sound log: then only the times of the file changed. */
function isSound(file: OwnedDatabase, open: OpenSqlite): boolean {
  try {
    return file.db.agreesWith(open)
  } catch {
    return false
  }
}

/** Keeps a file found in the place whose content is not in the draft: a foreign file, or this log with foreign writes. */
function keepAside(file: OwnedDatabase, harm: Harm, place: string): string | undefined {
  const there = stateAt(place)
  if (there === null || there.size === 0) return undefined
  if (!isSameFile(there, file.watch.identity)) return moveAside(place, 'replaced', !file.watch.wal.isThere())
  if (harm !== 'cut' && harm !== 'written') return undefined
  // Copied, not renamed: the connection about to be closed would write to it again.
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
