/**
 * Loading of the newest records of each task at a start, through the indices: the cost depends on the number of rows read, not
 * on the size of the log.
 */
import { actions } from '../../../../machines/protocol.ts'
import type { LogEntry } from '../../entry.ts'
import type { KeepOf } from '../../retention.ts'
import type { LoadLimits } from '../../store.ts'
import type { SqliteRow, SqliteValue } from './driver.ts'
import { bareColumns, fromText, noteColumns, recordColumns, toNote, toRecord } from './rows.ts'
import type { Sql } from './sql-query.ts'

/** Reads the rows of a query with the given number of columns. */
type Read = (sql: Sql, columns: number) => SqliteRow[]

/** The newest record of each action of each task. Steps from name to name through the index, without a scan of the records. */
const newestOfEach = `
  WITH RECURSIVE names (task) AS (
    SELECT min(task) FROM record
    UNION ALL
    SELECT (SELECT min(task) FROM record WHERE task > names.task) FROM names WHERE names.task IS NOT NULL
  )
  SELECT names.task, wanted.value, (SELECT max(seq) FROM record WHERE task = names.task AND action = wanted.value)
  FROM names, json_each('${JSON.stringify(actions)}') AS wanted
  WHERE names.task IS NOT NULL`

const wholeRecords = `
  SELECT ${recordColumns} FROM record
  WHERE seq IN (SELECT value FROM json_each(?))`

/** The newest state of the workflow of each run without an end. */
const openStates = `
  SELECT (SELECT max(seq) FROM note WHERE run_id = open_run.run_id AND note = 'workflow' AND seq > open_run.seq)
  FROM open_run`

const wholeNotes = `
  SELECT ${noteColumns} FROM note
  WHERE seq IN (SELECT value FROM json_each(?))`

/** The number of whole records read at once. */
const wholeAtOnce = 1_000
/** The number of workflow states read at once: each may be a megabyte. */
const statesAtOnce = 50

/** The entries within the limits, oldest first: whole records where conditions read them, otherwise bare ones. */
export function readRecent(read: Read, limits: LoadLimits): LogEntry[] {
  const newest = read({ sql: newestOfEach, values: [] }, 3).filter(([, , seq]) => seq !== null)
  const lastAt = Number(read({ sql: 'SELECT max(at) FROM record', values: [] }, 1)[0]![0])
  const share = shareOf(limits, newest.length)
  const found = new Map<SqliteValue, LogEntry>()
  for (const [task, action] of newest)
    for (const sql of wantedOf(task!, action!, share, limits.keep, lastAt))
      for (const row of read(sql, 6)) found.set(row[0]!, toRecord(row))

  const open = read({ sql: 'SELECT seq FROM open_run', values: [] }, 1).map(([seq]) => seq!)
  const whole = [...newest.map(([, , seq]) => seq!), ...open]
  for (const row of readSeqs(read, wholeRecords, whole, wholeAtOnce)) found.set(row[0]!, toRecord(row))
  const states = read({ sql: openStates, values: [] }, 1).flatMap(([seq]) => seq ?? [])
  for (const row of readSeqs(read, wholeNotes, states, statesAtOnce)) found.set(row[0]!, toNote(row))
  for (const sql of wantedNotes(read, share)) for (const row of read(sql, 6)) found.set(row[0]!, toNote(row))
  return [...found.values()].sort((a, b) => a.seq - b.seq)
}

/** The rows of a statement with one parameter, the list of their `seq`, some at once. */
function* readSeqs(
  read: Read,
  sql: string,
  seqs: readonly SqliteValue[],
  atOnce: number,
): Generator<SqliteRow> {
  for (let i = 0; i < seqs.length; i += atOnce)
    yield* read({ sql, values: [JSON.stringify(seqs.slice(i, i + atOnce))] }, 6)
}

/** The number of records per action of a task: fewer if there are many pairs of task and action. */
function shareOf({ perAction, total, leastPerAction }: LoadLimits, count: number): number {
  return Math.ceil(Math.max(leastPerAction, Math.min(perAction, count === 0 ? 0 : total / count)))
}

/** The queries for the bare records of one action of a task. `lastAt` is the time of the newest record of all. */
function* wantedOf(
  task: SqliteValue,
  action: SqliteValue,
  share: number,
  keep: KeepOf | undefined,
  lastAt: number,
): Generator<Sql> {
  const bare = `SELECT ${bareColumns} FROM record WHERE task = ? AND action = ?`
  const needed = keep?.(fromText(task))
  const count = Math.max(share, needed?.count ?? 0)
  yield { sql: `${bare} ORDER BY seq DESC LIMIT ?`, values: [task, action, count] }
  if (needed?.lastMs !== undefined)
    yield { sql: `${bare} AND at >= ?`, values: [task, action, lastAt - needed.lastMs] }
}

/** The queries for notes of missed periods, which conditions count, and for the newest note of all. */
function wantedNotes(read: Read, share: number): Sql[] {
  const notes = `SELECT ${noteColumns} FROM note`
  const tasks = read({ sql: "SELECT DISTINCT task FROM note WHERE note = 'missed'", values: [] }, 1)
  return [
    { sql: `${notes} ORDER BY seq DESC LIMIT 1`, values: [] },
    ...tasks.map(([task]) => ({
      sql: `${notes} WHERE task IS ? AND note = 'missed' ORDER BY seq DESC LIMIT ?`,
      values: [task!, share],
    })),
  ]
}
