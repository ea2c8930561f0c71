/**
 * What a start reads of a long log: the newest records of each task, in steps through the indices. The cost is that of what
 * is read, not that of what there is.
 */
import { actions } from '../../../../machines/protocol.ts'
import type { KeepOf, LoadLimits, LogEntry } from '../../store.ts'
import type { SqliteRow, SqliteValue } from './driver.ts'
import { bareColumns, fromText, noteColumns, recordColumns, toNote, toRecord } from './rows.ts'
import type { Sql } from './sql-query.ts'

/** The rows of a query with so many columns. */
type Read = (sql: Sql, columns: number) => SqliteRow[]

/** The newest record of each action of each task: from name to name through the index, however many records there are. */
const newestOfEach = `
  WITH RECURSIVE names (task) AS (
    SELECT min(task) FROM record
    UNION ALL
    SELECT (SELECT min(task) FROM record WHERE task > names.task) FROM names WHERE names.task IS NOT NULL
  )
  SELECT names.task, wanted.value, (SELECT max(seq) FROM record WHERE task = names.task AND action = wanted.value)
  FROM names, json_each('${JSON.stringify(actions)}') AS wanted
  WHERE names.task IS NOT NULL`

const wholeOnes = `
  SELECT ${recordColumns} FROM record
  WHERE seq IN (SELECT value FROM json_each(?))`

/** So many whole records are read at once. */
const wholeAtOnce = 1_000

/** What the limits ask for, oldest first: what conditions stand on whole, the others bare. */
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
  for (let i = 0; i < whole.length; i += wholeAtOnce) {
    const values = [JSON.stringify(whole.slice(i, i + wholeAtOnce))]
    for (const row of read({ sql: wholeOnes, values }, 6)) found.set(row[0]!, toRecord(row))
  }
  for (const sql of wantedNotes(read, share)) for (const row of read(sql, 6)) found.set(row[0]!, toNote(row))
  return [...found.values()].sort((a, b) => a.seq - b.seq)
}

/** The newest so many of each action of each task, fewer where those are many. */
function shareOf({ perAction, total, leastPerAction }: LoadLimits, count: number): number {
  return Math.ceil(Math.max(leastPerAction, Math.min(perAction, count === 0 ? 0 : total / count)))
}

/** What is wanted of an action of a task, bare. `lastAt` is when the newest record of all was made. */
function* wantedOf(
  task: SqliteValue,
  action: SqliteValue,
  share: number,
  keep: KeepOf | undefined,
  lastAt: number,
): Generator<Sql> {
  const bare = `SELECT ${bareColumns} FROM record WHERE task = ? AND action = ?`
  const wish = keep?.(fromText(task))
  const count = Math.max(share, wish?.count ?? 0)
  yield { sql: `${bare} ORDER BY seq DESC LIMIT ?`, values: [task, action, count] }
  if (wish?.lastMs !== undefined)
    yield { sql: `${bare} AND at >= ?`, values: [task, action, lastAt - wish.lastMs] }
}

/** Notes of missed periods, which conditions count, and the newest note of all. */
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
