/** What a run log asks of its database, one synchronous method each; the store decides when. */
import { actions } from '../../machines/protocol.ts'
import type { Sifted } from './retention.ts'
import type { LoadLimits, LogEntry, LogQuery, Note, NoteQuery, RunRecord } from './run-log.ts'
import type { OpenSqlite, SqliteDriver, SqliteRow, SqliteStatement, SqliteValue } from './sqlite-driver.ts'
import { countSql, notesSql, type Sql, selectSql } from './sqlite-query.ts'
import { type EntryRow, fromText, toNote, toRecord } from './sqlite-row.ts'
import { closeDatabase, openDatabase, toSqliteError } from './sqlite-schema.ts'

const insertRecord =
  'INSERT INTO record (seq, task, run_id, action, at, error, rest) VALUES (?, ?, ?, ?, ?, ?, ?)'
const insertNote = 'INSERT INTO note (seq, note, task, run_id, at, rest) VALUES (?, ?, ?, ?, ?, ?)'

/** The newest record of each action of each task: steps from name to name through the index, however long the log is. */
const newestOfEach = `
  WITH RECURSIVE names (task) AS (
    SELECT min(task) FROM record
    UNION ALL
    SELECT (SELECT min(task) FROM record WHERE task > names.task) FROM names WHERE names.task IS NOT NULL
  )
  SELECT names.task, (SELECT max(seq) FROM record WHERE task = names.task AND action = wanted.value) AS seq
  FROM names, json_each('${JSON.stringify(actions)}') AS wanted
  WHERE names.task IS NOT NULL`

/** An open database of a run log. Every method throws a `RunLogError` of what the library throws. */
export class SqliteDatabase {
  readonly #db: SqliteDriver
  /** Statements that are run again and again, by their text. */
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(
    readonly path: string,
    open: OpenSqlite,
  ) {
    this.#db = this.#attempt('open', () => openDatabase(path, open))
  }

  /** Which library it is. */
  get library(): string {
    return this.#db.library
  }

  /** Inserts all of the rows, durably, or none. */
  insert(rows: readonly EntryRow[]): void {
    this.#transaction('append to', () => {
      for (const { table, values, seq, run } of rows) {
        this.#run(table === 'record' ? insertRecord : insertNote, values)
        if (run === undefined) continue
        if (run.opens) this.#run('INSERT INTO open_run (run_id, seq) VALUES (?, ?)', [run.id, seq])
        else this.#run('DELETE FROM open_run WHERE run_id = ?', [run.id])
      }
    })
  }

  select(query: LogQuery): RunRecord[] {
    return this.#attempt('read', () => this.#all(selectSql(query)).map(toRecord))
  }

  count(query: LogQuery): number {
    return this.#attempt('read', () => Number(this.#all(countSql(query))[0]!.n))
  }

  notes(query: NoteQuery): Note[] {
    return this.#attempt('read', () => this.#all(notesSql(query)).map(toNote))
  }

  /** All entries, oldest first. */
  all(): LogEntry[] {
    const records = this.select({ oldestFirst: true })
    const notes = this.notes({}).reverse()
    return notes.length === 0 ? records : bySeq([...records, ...notes])
  }

  /** What a start needs, oldest first: the records that conditions stand on whole, the others bare. */
  recent(limits: LoadLimits): LogEntry[] {
    return this.#attempt('read', () => {
      const newest = this.#all({ sql: newestOfEach, values: [] }).filter((row) => row.seq !== null)
      const names = [...new Set(newest.map((row) => row.task!))]
      const found = new Map<number, LogEntry>()
      const add = (rows: readonly SqliteRow[], make: (row: SqliteRow) => LogEntry): void => {
        for (const row of rows) found.set(Number(row.seq), make(row))
      }
      const share = shareOf(limits, names.length)
      const last = this.#all({ sql: 'SELECT max(at) AS at FROM record', values: [] })[0]!.at
      for (const task of names)
        for (const sql of wantedSql(task, share, limits, Number(last))) add(this.#all(sql), toRecord)
      const whole = JSON.stringify(newest.map((row) => row.seq))
      add(
        this.#all({
          sql: `SELECT seq, task, run_id, action, at, rest FROM record
            WHERE seq IN (SELECT value FROM json_each(?) UNION SELECT seq FROM open_run)`,
          values: [whole],
        }),
        toRecord,
      )
      add(this.#recentNotes(limits), toNote)
      return bySeq([...found.values()])
    })
  }

  /** What deciding on entries takes: so many from before a `seq`, the newest first. */
  sifted(before: number, limit: number): Sifted[] {
    const sql = `
      SELECT seq, task, run_id, action, NULL AS note, at FROM record WHERE seq < ?
      UNION ALL SELECT seq, task, run_id, NULL, note, at FROM note WHERE seq < ?
      ORDER BY seq DESC LIMIT ?`
    const toSifted = (row: SqliteRow): Sifted => (row.note === null ? toRecord(row) : toNote(row))
    return this.#attempt('read', () => this.#all({ sql, values: [before, before, limit] }).map(toSifted))
  }

  /** The `seq` of the runs that have not ended. */
  openSeqs(): Set<number> {
    return this.#attempt(
      'read',
      () => new Set(this.#all({ sql: 'SELECT seq FROM open_run', values: [] }).map((row) => Number(row.seq))),
    )
  }

  /** Deletes entries, durably, all or none. */
  delete(entries: readonly Sifted[]): void {
    this.#transaction('prune', () => {
      for (const entry of entries)
        this.#run(`DELETE FROM ${'note' in entry ? 'note' : 'record'} WHERE seq = ?`, [entry.seq])
    })
  }

  /** How many entries there are at most: told without counting them. */
  get spread(): number {
    const sql = `SELECT (SELECT max(seq) - min(seq) + 1 FROM record) AS n`
    return this.#attempt('read', () => Number(this.#all({ sql, values: [] })[0]!.n ?? 0))
  }

  close(): void {
    this.#statements.clear()
    this.#attempt('close', () => closeDatabase(this.#db))
  }

  #recentNotes({ perTask }: LoadLimits): SqliteRow[] {
    const tasks = this.#all({ sql: "SELECT DISTINCT task FROM note WHERE note = 'missed'", values: [] })
    const rows = this.#all({ sql: 'SELECT * FROM note ORDER BY seq DESC LIMIT 1', values: [] })
    for (const { task } of tasks) {
      const sql = "SELECT * FROM note WHERE task IS ? AND note = 'missed' ORDER BY seq DESC LIMIT ?"
      rows.push(...this.#all({ sql, values: [task!, perTask] }))
    }
    return rows
  }

  #transaction(act: string, work: () => void): void {
    this.#attempt(act, () => {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        work()
        this.#db.exec('COMMIT')
      } catch (problem) {
        this.#rollBack()
        throw problem
      }
    })
  }

  #rollBack(): void {
    try {
      this.#db.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does where the disk is full.
    }
  }

  #attempt<T>(act: string, work: () => T): T {
    try {
      return work()
    } catch (problem) {
      throw toSqliteError(act, this.path, problem)
    }
  }

  #all({ sql, values }: Sql): SqliteRow[] {
    return this.#statement(sql).all(...values)
  }

  #run(sql: string, values: readonly SqliteValue[]): void {
    this.#statement(sql).run(...values)
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }
}

/** The newest so many of each task, fewer where tasks are many. */
function shareOf({ perTask, total, leastPerTask }: LoadLimits, tasks: number): number {
  return Math.ceil(Math.min(perTask, Math.max(leastPerTask, tasks === 0 ? 0 : total / tasks)))
}

/** What is wanted of a task's records, bare. `last` is when the newest record of all was made. */
function* wantedSql(task: SqliteValue, share: number, { keep }: LoadLimits, last: number): Generator<Sql> {
  const bare = 'SELECT seq, task, run_id, action, at FROM record WHERE task = ?'
  yield { sql: `${bare} ORDER BY seq DESC LIMIT ?`, values: [task, share] }
  const wish = keep?.(fromText(task)!)
  if (wish?.lastMs !== undefined) yield { sql: `${bare} AND at >= ?`, values: [task, last - wish.lastMs] }
  if (wish?.count === undefined) return
  for (const action of actions)
    yield {
      sql: `${bare} AND action = ? ORDER BY seq DESC LIMIT ?`,
      values: [task, action, wish.count],
    }
}

function bySeq(entries: LogEntry[]): LogEntry[] {
  return entries.sort((a, b) => a.seq - b.seq)
}
