/** The database operations of a run log, as synchronous methods; the store decides when to call them. */

import type { LogEntry, Note, RunRecord } from '../../entry.ts'
import type { LogQuery, NoteQuery } from '../../query.ts'
import type { EntrySummary } from '../../retention.ts'
import type { LoadLimits } from '../../store.ts'
import {
  asRows,
  type OpenSqlite,
  readRows,
  type SqliteDriver,
  type SqliteRow,
  type SqliteStatement,
  type SqliteValue,
} from './driver.ts'
import { readRecent } from './load-recent.ts'
import { setAside } from './quarantine.ts'
import { type EntryRow, fromText, toNote, toRecord } from './rows.ts'
import { readableEntries } from './salvage.ts'
import { abandon, checkStructure, closeDatabase, openDatabase, summaryOf, toSqliteError } from './schema.ts'
import { countSql, notesSql, type Sql, selectSql } from './sql-query.ts'
import { SqliteWal } from './wal.ts'
import { SqliteWrites } from './writes.ts'

const insertRecord =
  'INSERT INTO record (seq, task, run_id, action, at, error, rest) VALUES (?, ?, ?, ?, ?, ?, ?)'
const insertNote = 'INSERT INTO note (seq, note, task, run_id, at, rest) VALUES (?, ?, ?, ?, ?, ?)'
const insertOpen = 'INSERT INTO open_run (run_id, seq) VALUES (?, ?)'
const deleteStates = "DELETE FROM note WHERE run_id = ? AND note = 'workflow' AND seq < ?"
const deleteOpen = 'DELETE FROM open_run WHERE run_id = ?'

/** The number of rows read at once: a record may hold a value of 64 KB, and a string has a maximum length. */
const rowsAtOnce = 1_000

/** The open database of a run log. Every method converts an error of the library to a `RunLogError`. */
export class SqliteDatabase {
  readonly #db: SqliteDriver
  readonly #writes: SqliteWrites
  readonly wal: SqliteWal
  /** The invalid records found when the database was opened; null if there were none. */
  readonly setAside: ReturnType<typeof setAside>
  /** Prepared statements by their SQL. */
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(
    readonly path: string,
    open: OpenSqlite,
  ) {
    this.#db = this.#attempt('open', () => openDatabase(path, open))
    try {
      this.setAside = this.#attempt('open', () => setAside(this.#db))
      this.wal = this.#attempt('open', () => new SqliteWal(`${path}-wal`))
    } catch (problem) {
      abandon(this.#db, true)
      throw problem
    }
    try {
      this.#writes = this.#attempt('open', () => new SqliteWrites(path, this.#db, this.wal))
    } catch (problem) {
      this.wal.close()
      abandon(this.#db, true)
      throw problem
    }
  }

  /** The listener that is called after a write to the file itself. */
  set onCheckpoint(call: () => void) {
    this.#writes.onCheckpoint = call
  }

  /** Inserts all of the rows durably, or none of them. */
  insert(rows: readonly EntryRow[]): void {
    this.#attempt('append to', () => this.#writes.checkRoomFor(rows))
    this.#transaction('append to', () => {
      for (const { table, values, seq, run, replaces } of rows) {
        this.#run(table === 'record' ? insertRecord : insertNote, values)
        if (replaces !== undefined) this.#run(deleteStates, [replaces, seq])
        if (run === undefined) continue
        if (run.opens) this.#run(insertOpen, [run.id, seq])
        else this.#run(deleteOpen, [run.id])
      }
    })
  }

  /** The matching records, in the order of the query. */
  select(query: LogQuery): RunRecord[] {
    return this.#attempt('read', () => {
      const found: RunRecord[] = []
      const { limit = Infinity, oldestFirst = false } = query
      const order = oldestFirst ? 1 : -1
      let page = query
      while (found.length < limit) {
        const atOnce = Math.min(rowsAtOnce, limit - found.length)
        const rows = this.#rows(selectSql({ ...page, limit: atOnce }), 6)
        const records = rows.map(toRecord).sort((a, b) => order * (a.seq - b.seq))
        for (const record of records) found.push(record)
        const last = records.at(-1)
        if (last === undefined || records.length < atOnce) break
        page = oldestFirst ? { ...query, after: last.seq } : { ...query, before: last.seq }
      }
      return found
    })
  }

  /** The number of matching records, regardless of the limit. */
  count(query: LogQuery): number {
    return this.#attempt('read', () => Number(this.#rows(countSql(query), 1)[0]![0]))
  }

  /** The matching notes, newest first. */
  notes(query: NoteQuery): Note[] {
    return this.#attempt('read', () =>
      this.#rows(notesSql(query), 6)
        .map(toNote)
        .sort((a, b) => b.seq - a.seq),
    )
  }

  /** All entries, oldest first. */
  all(): LogEntry[] {
    const entries: LogEntry[] = this.select({ oldestFirst: true })
    entries.push(...this.notes({}))
    return entries.sort((a, b) => a.seq - b.seq)
  }

  /** The entries that a start needs, oldest first: whole records where conditions read them, otherwise bare ones. */
  recent(limits: LoadLimits): LogEntry[] {
    return this.#attempt('read', () => readRecent((sql, columns) => this.#rows(sql, columns), limits))
  }

  /** Up to `limit` entries before a `seq`, newest first, with the fields that the retention needs. */
  summaries(before: number, limit: number): EntrySummary[] {
    const sql = `
      SELECT seq, task, run_id, action, NULL AS note, at FROM record WHERE seq < ?
      UNION ALL SELECT seq, task, run_id, NULL, note, at FROM note WHERE seq < ?
      ORDER BY seq DESC LIMIT ?`
    const toSummary = ([seq, task, runId, action, note, at]: SqliteRow): EntrySummary =>
      note === null
        ? toRecord([seq!, task!, runId!, action!, at!])
        : toNote([seq!, note!, task!, runId!, at!])
    return this.#attempt('read', () =>
      this.#rows({ sql, values: [before, before, limit] }, 6)
        .map(toSummary)
        .sort((a, b) => b.seq - a.seq),
    )
  }

  /** The runs that have not ended, with the `seq` of their start. */
  openRuns(): Map<string, number> {
    const sql = 'SELECT run_id, min(seq) FROM open_run GROUP BY run_id'
    const rows = this.#attempt('read', () => this.#rows({ sql, values: [] }, 2))
    return new Map(rows.map(([runId, seq]) => [fromText(runId), Number(seq)]))
  }

  /** Deletes all of the entries durably, or none of them. */
  delete(entries: readonly EntrySummary[]): void {
    this.#transaction('prune', () => {
      for (const entry of entries)
        this.#run(`DELETE FROM ${'note' in entry ? 'note' : 'record'} WHERE seq = ?`, [entry.seq])
    })
  }

  /** An upper bound of the number of records, without counting them. */
  get spread(): number {
    const sql = 'SELECT max(seq) - min(seq) + 1 FROM record'
    return this.#attempt('read', () => Number(this.#rows({ sql, values: [] }, 1)[0]![0] ?? 0))
  }

  close(): void {
    this.#statements.clear()
    this.#writes.end()
    this.wal.close()
    this.#attempt('close', () => closeDatabase(this.#db))
  }

  /** Closes the database once another has taken its place. Never throws. */
  leave(): void {
    try {
      this.close()
    } catch {
      // The other database holds all entries.
    }
  }

  /** Writes a copy of all entries that this connection sees to a new file. */
  exportTo(path: string): void {
    this.#attempt('copy', () =>
      this.#writes.outside(() => this.#db.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`)),
    )
  }

  /** The readable entries, oldest first. */
  rescue(): LogEntry[] {
    return readableEntries(this.#db)
  }

  /** Checks the structure of the file. Throws a `RunLogError` with the result code for damage if it is not sound. */
  quickCheck(): void {
    this.#attempt('read', () => checkStructure(this.#db))
  }

  /** True if another connection reads the same log from the file, and the log is sound. */
  agreesWith(open: OpenSqlite): boolean {
    const other = open(this.path)
    try {
      checkStructure(other)
      return summaryOf(other) === summaryOf(this.#db)
    } finally {
      other.close()
    }
  }

  #transaction(act: string, work: () => void): void {
    this.#attempt(act, () => this.#writes.transaction(work))
  }

  #attempt<T>(act: string, work: () => T): T {
    try {
      return work()
    } catch (problem) {
      throw toSqliteError(act, this.path, problem)
    }
  }

  #rows({ sql, values }: Sql, columns: number): SqliteRow[] {
    return readRows(this.#statement(asRows(sql, columns)), values)
  }

  #run(sql: string, values: readonly SqliteValue[]): void {
    this.#statement(sql).run(...values)
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
