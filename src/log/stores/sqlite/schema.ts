/**
 * How the database of a run log is opened: checked, and made where it is missing.
 *
 * - WAL with `synchronous = FULL`: what a commit has acknowledged survives a power cut, and others may read meanwhile.
 * - No checkpoint but those that the log makes itself: see `sqlite-writes.ts`.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import { toRunLogError } from '../disk/file-io.ts'
import { type OpenSqlite, type SqliteDriver, sqliteCode } from './driver.ts'

/** Version of the tables below; a file of a later one is refused. */
export const schemaVersion = 1
/** How long opening waits for others that have the file for a moment, ms. */
const openWithinMs = 1_000
/** The result code of SQLite for damage. */
const corrupt = 11
/** Says of a SQLite file that it is a run log of ours: 'gant'. */
const applicationId = 0x67616e74

const tables = `
  CREATE TABLE record (
    seq INTEGER PRIMARY KEY, task TEXT NOT NULL, run_id TEXT NOT NULL, action TEXT NOT NULL, at INTEGER NOT NULL,
    error TEXT, rest TEXT
  );
  CREATE INDEX record_task ON record (task, seq);
  CREATE INDEX record_task_action ON record (task, action, seq);
  CREATE INDEX record_action ON record (action, seq);
  CREATE INDEX record_run ON record (run_id);
  CREATE INDEX record_at ON record (at);
  CREATE INDEX record_error ON record (seq) WHERE error IS NOT NULL;
  CREATE TABLE open_run (run_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
  CREATE TABLE note (
    seq INTEGER PRIMARY KEY, note TEXT NOT NULL, task TEXT, run_id TEXT, at INTEGER NOT NULL, rest TEXT
  );
  CREATE INDEX note_task ON note (task, note, seq);
  CREATE INDEX note_kind ON note (note, seq);
`

/** Opens the file of a run log. Throws a `RunLogError`, or what the library throws. */
export function openDatabase(path: string, open: OpenSqlite): SqliteDriver {
  checkFile(path)
  const db = open(path)
  let isOurs = false
  try {
    // A reader that was the last to close the file may still be writing the WAL of a killed process into it.
    db.exec(`PRAGMA busy_timeout = ${openWithinMs}`)
    const isNew = isEmpty(db)
    if (!isNew) checkOurs(path, db)
    isOurs = true
    // Both answer with a row, which `exec` of one of the libraries refuses.
    db.prepare('PRAGMA journal_mode = WAL').all()
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA cache_size = -16000')
    db.prepare('PRAGMA wal_autocheckpoint = 0').all()
    if (isNew) createTables(db)
    // A program that writes to it is found out now.
    db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${schemaVersion}; COMMIT`)
    db.exec('PRAGMA busy_timeout = 0')
    return db
  } catch (problem) {
    abandon(db, isOurs)
    throw problem
  }
}

/** Closes a database and lets go of its file at once; what the WAL holds goes into the file, which then stands alone. */
export function closeDatabase(db: SqliteDriver): void {
  // Tried again, as a disk may have failed for a moment. Where it can't be done all is on the disk nevertheless.
  if (!letGo(db)) letGo(db)
  db.close()
}

/** Leaves WAL: libsql closes a file only when its statements are collected. Where others read, only what can be done is done. */
function letGo(db: SqliteDriver): boolean {
  try {
    db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()
    db.prepare('PRAGMA journal_mode = DELETE').all()
    return true
  } catch {
    return false
  }
}

/** An error of the library, with what was tried and the path. */
export function toSqliteError(act: string, path: string, problem: unknown): RunLogError {
  if (problem instanceof RunLogError) return problem
  const { message, syscall } = problem as NodeJS.ErrnoException
  if (syscall !== undefined) return toRunLogError(act, path, problem)
  const rule = problem instanceof SyntaxError ? rules[11] : rules[sqliteCode(problem) ?? -1]
  return new RunLogError(`Cannot ${act} run log '${path}' as ${rule ?? 'SQLite refused'}: ${message}`, {
    cause: problem,
  })
}

/** Result codes of SQLite. */
const rules: Readonly<Record<number, string>> = {
  5: 'no other program may write to it, and one does',
  8: 'it must be writable',
  10: 'the file system must read and write it',
  11: 'it must be undamaged (move it away to start anew, or rescue it with the command `.recover` of sqlite3)',
  13: 'the disk must have room',
  14: 'it must be readable and writable, with its folder',
  26: 'it must be an undamaged SQLite file (move it away to start anew)',
}

/** Makes folder and file where they are missing, and looks at the first bytes: the file system's errors are clearer here. */
function checkFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666)
  try {
    if (!fstatSync(fd).isFile())
      throw new RunLogError(`Cannot open run log '${path}' as it must be a file: it is a device or a pipe.`)
    const head = Buffer.alloc(16)
    const count = readSync(fd, head, 0, head.length, 0)
    if (count > 0 && head.toString('latin1', 0, count) !== 'SQLite format 3\0')
      throw new RunLogError(
        `Cannot open run log '${path}' as it must be a SQLite file: it holds something else, or is damaged. ` +
          'Choose another path, or move that file away.',
      )
  } finally {
    closeSync(fd)
  }
}

/** Throws as SQLite does of damage if the structure of a database is not sound: pages, order, indices. */
export function checkStructure(db: SqliteDriver): void {
  const found = Object.values(db.prepare('PRAGMA quick_check(1)').all()[0] ?? {})[0]
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: corrupt })
}

/** Tells two logs apart. */
export function summaryOf(db: SqliteDriver): string {
  const numbers = [
    'PRAGMA application_id',
    'SELECT count(*) FROM record',
    'SELECT max(seq) FROM record',
    'SELECT count(*) FROM note',
    'SELECT max(seq) FROM note',
  ]
  return numbers.map((sql) => numberOf(db, sql)).join()
}

function isEmpty(db: SqliteDriver): boolean {
  return numberOf(db, 'SELECT count(*) AS n FROM sqlite_master') === 0
}

function checkOurs(path: string, db: SqliteDriver): void {
  if (numberOf(db, 'PRAGMA application_id') !== applicationId)
    throw new RunLogError(
      `Cannot open run log '${path}' as it must be a run log: it is a database of something else. Choose another path.`,
    )
  const version = numberOf(db, 'PRAGMA user_version')
  if (version !== schemaVersion)
    throw new RunLogError(
      `Cannot open run log '${path}' as its format must be version ${schemaVersion}: version ${version}. ` +
        'Open it with the release that wrote it, or start a new file.',
    )
}

function createTables(db: SqliteDriver): void {
  db.exec('BEGIN EXCLUSIVE')
  db.exec(`PRAGMA application_id = ${applicationId}`)
  db.exec(`PRAGMA user_version = ${schemaVersion}`)
  db.exec(tables)
  db.exec('COMMIT')
}

function numberOf(db: SqliteDriver, sql: string): number {
  return Number(Object.values(db.prepare(sql).all()[0] ?? {})[0] ?? 0)
}

/** Closes what could not be opened: a database of others stays in the mode that it has. */
export function abandon(db: SqliteDriver, isOurs: boolean): void {
  quietly(() => db.exec('ROLLBACK'))
  if (isOurs) return quietly(() => closeDatabase(db))
  quietly(() => db.close())
}

/** What kept a file from being opened is told; what its closing brings adds nothing. */
function quietly(act: () => void): void {
  try {
    act()
  } catch {
    // See above.
  }
}
