/**
 * Recovery of the readable entries of a damaged SQLite file: from its beginning up to the damage, and from its end back to it.
 * The file itself is moved aside and kept.
 */
import { existsSync, renameSync } from 'node:fs'
import type { LogEntry } from '../../entry.ts'
import { asRows, type OpenSqlite, readRows, type SqliteDriver, type SqliteRow, sqliteCode } from './driver.ts'
import { noteColumns, recordColumns, toNote, toRecord } from './rows.ts'

/** True if an error of a run log indicates damage, as opposed to a disk error, a lock or a format. */
export function isDamage(problem: unknown): boolean {
  const cause = (problem as Error).cause
  const code = sqliteCode(cause)
  return code === corrupt || code === notADatabase || cause instanceof SyntaxError
}

/** Result codes of SQLite. */
const corrupt = 11
const notADatabase = 26

/** The readable entries, oldest first; empty if the file cannot be opened. Never throws. */
export function rescueEntries(path: string, open: OpenSqlite): LogEntry[] {
  let db: SqliteDriver
  try {
    db = open(path)
  } catch {
    return []
  }
  try {
    return readableEntries(db)
  } finally {
    close(db)
  }
}

/** The readable entries of an open database, oldest first. Never throws. */
export function readableEntries(db: SqliteDriver): LogEntry[] {
  const found = new Map<number, LogEntry>()
  for (const table of ['record', 'note'] as const)
    for (const order of ['ASC', 'DESC'] as const)
      for (const entry of readable(db, table, order)) found.set(entry.seq, entry)
  return [...found.values()].sort((a, b) => a.seq - b.seq)
}

/** Moves a file aside, with its WAL unless that belongs to another file. Returns the new path. */
export function moveAside(path: string, why: 'damaged' | 'replaced' = 'damaged', hasWal = true): string {
  const movedTo = freeName(path, why)
  renameSync(path, movedTo)
  if (!hasWal) return movedTo
  for (const end of ['-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, movedTo + end)
  return movedTo
}

/** An unused name next to a file. */
export function freeName(path: string, why: string): string {
  let n = 1
  while (existsSync(`${path}.${why}-${n}`)) n++
  return `${path}.${why}-${n}`
}

/** The valid rows of a table from one of its ends, up to the first that cannot be read. */
function* readable(db: SqliteDriver, table: 'record' | 'note', order: 'ASC' | 'DESC'): Generator<LogEntry> {
  const sign = order === 'ASC' ? 1 : -1
  let last = -sign * Infinity
  let atOnce = 64
  while (atOnce >= 1) {
    const rows = readPage(db, table, order, last, atOnce)
    // The damage is within the page: approach it in smaller pages.
    if (rows === null) {
      atOnce = Math.floor(atOnce / 2)
      continue
    }
    const seqs = rows.map(([seq]) => Number(seq)).filter((seq) => sign * seq > sign * last)
    if (seqs.length === 0) return
    last = sign * Math.max(...seqs.map((seq) => sign * seq))
    for (const row of rows) {
      const entry = toEntry(table, row)
      if (entry !== null) yield entry
    }
  }
}

function readPage(
  db: SqliteDriver,
  table: 'record' | 'note',
  order: 'ASC' | 'DESC',
  last: number,
  atOnce: number,
): SqliteRow[] | null {
  const columns = table === 'record' ? recordColumns : noteColumns
  const query = `SELECT ${columns} FROM ${table} WHERE seq ${order === 'ASC' ? '>' : '<'} ? ORDER BY seq ${order} LIMIT ?`
  try {
    return readRows(db.prepare(asRows(query, 6)), [last, atOnce])
  } catch {
    return null
  }
}

function toEntry(table: 'record' | 'note', row: SqliteRow): LogEntry | null {
  try {
    return table === 'record' ? toRecord(row) : toNote(row)
  } catch {
    return null
  }
}

function close(db: SqliteDriver): void {
  try {
    db.close()
  } catch {
    // The rows that were read are what matters.
  }
}
