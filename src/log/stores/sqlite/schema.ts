/**
 * Opening, checking and creation of a run log's database.
 *
 * - WAL with `synchronous = FULL`: an acknowledged commit survives a power failure, and other processes can read meanwhile.
 * - No automatic checkpoints: the log makes them itself, see `writes.ts`.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import { toRunLogError } from '../disk/file-io.ts'
import { type OpenSqlite, type SqliteDriver, sqliteCode } from './driver.ts'

/** Version of the schema below; a file of a later version is refused. */
export const schemaVersion = 1
/** The time to wait on opening for other processes that hold the file for a moment, ms. */
const openWithinMs = 1_000
/** The result code of SQLite for damage. */
const corrupt = 11
/** Marks a SQLite file as a run log of Gantry: 'gant'. */
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

/** Finds the states of a workflow. Not in the tables above, as files of the first release lack it. */
const addedIndices = "CREATE INDEX IF NOT EXISTS note_workflow ON note (run_id, seq) WHERE note = 'workflow'"

/** Opens the file of a run log. Throws a `RunLogError`, or the library's error. */
export function openDatabase(path: string, open: OpenSqlite): SqliteDriver {
  checkFile(path)
  const db = open(path)
  let isOurs = false
  try {
    // A reader that was the last to close the file may still be checkpointing the WAL of a killed process.
    db.exec(`PRAGMA busy_timeout = ${openWithinMs}`)
    const isNew = isEmpty(db)
    if (!isNew) checkOurs(path, db)
    isOurs = true
    // Both return a row, which `exec` of one of the libraries refuses.
    db.prepare('PRAGMA journal_mode = WAL').all()
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA cache_size = -16000')
    db.prepare('PRAGMA wal_autocheckpoint = 0').all()
    if (isNew) createTables(db)
    // Detects another program that is writing to the file.
    db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${schemaVersion}; ${addedIndices}; COMMIT`)
    db.exec('PRAGMA busy_timeout = 0')
    return db
  } catch (problem) {
    abandon(db, isOurs)
    throw problem
  }
}

/** Closes a database and releases its file at once; the content of the WAL goes into the file, which is then self-contained. */
export function closeDatabase(db: SqliteDriver): void {
  // One retry, as a disk may fail for a moment. If that fails, too, the data is still on the disk.
  if (!leaveWal(db)) leaveWal(db)
  db.close()
}

/** Leaves WAL mode: libsql closes a file only when its statements are garbage-collected. With readers this may only partly succeed. */
function leaveWal(db: SqliteDriver): boolean {
  try {
    db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()
    db.prepare('PRAGMA journal_mode = DELETE').all()
    return true
  } catch {
    return false
  }
}

/** Converts an error of the library to a `RunLogError` that states the operation and the path. */
export function toSqliteError(act: string, path: string, problem: unknown): RunLogError {
  if (problem instanceof RunLogError) return problem
  const { message, syscall } = problem as NodeJS.ErrnoException
  if (syscall !== undefined) return toRunLogError(act, path, problem)
  const rule = problem instanceof SyntaxError ? rules[11] : rules[sqliteCode(problem) ?? -1]
  return new RunLogError(
    `Cannot ${act} run log '${path}' as ${rule ?? 'SQLite reported an error'}: ${message}`,
    {
      cause: problem,
    },
  )
}

/** Rules by SQLite result code. */
const rules: Readonly<Record<number, string>> = {
  5: 'no other program may write to it',
  8: 'it must be writable',
  10: 'the file system must read and write it without errors',
  11: 'it must be undamaged (move it away to start a new log, or recover it with the command `.recover` of sqlite3)',
  13: 'the disk must have room',
  14: 'it must be readable and writable, and its folder as well',
  26: 'it must be an undamaged SQLite file (move it away to start a new log)',
}

/** Creates a missing folder and file, and checks the first bytes: the errors of the file system are clearer here. */
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

/** Checks the structure of a database (pages, order, indices). Throws SQLite's error for damage if it is not sound. */
export function checkStructure(db: SqliteDriver): void {
  const found = Object.values(db.prepare('PRAGMA quick_check(1)').all()[0] ?? {})[0]
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: corrupt })
}

/** A summary that differs between two logs. */
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
      `Cannot open run log '${path}' as it must be a run log: it is a database of another application. Choose another path.`,
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

/** Closes a database that could not be opened; a foreign one keeps its journal mode. */
export function abandon(db: SqliteDriver, isOurs: boolean): void {
  quietly(() => db.exec('ROLLBACK'))
  if (isOurs) return quietly(() => closeDatabase(db))
  quietly(() => db.close())
}

/** Ignores errors of closing: the error of opening is the one to report. */
function quietly(act: () => void): void {
  try {
    act()
  } catch {
    // See above.
  }
}
