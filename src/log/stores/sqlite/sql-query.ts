/** Translation of queries to SQL: one condition per criterion, each with an index. */
import type { LogQuery, NoteQuery } from '../../query.ts'
import type { SqliteValue } from './driver.ts'
import { noteColumns, recordColumns, searchable, toText } from './rows.ts'

/** A statement and its parameters. */
export interface Sql {
  readonly sql: string
  readonly values: readonly SqliteValue[]
}

/** Selects the matching records, in the order of the query. */
export function selectSql(query: LogQuery): Sql {
  const { sql, values } = whereSql(query)
  const order = query.oldestFirst === true ? 'ASC' : 'DESC'
  return withLimit(
    {
      sql: `SELECT ${recordColumns} FROM record ${sql} ORDER BY seq ${order}`,
      values,
    },
    query.limit,
  )
}

/** Counts the matching records, regardless of the limit. */
export function countSql(query: LogQuery): Sql {
  const { sql, values } = whereSql(query)
  return { sql: `SELECT count(*) FROM record ${sql}`, values }
}

/** Selects the matching notes, newest first. */
export function notesSql(query: NoteQuery): Sql {
  const clauses: string[] = []
  const values: SqliteValue[] = []
  if (query.task !== undefined) clauses.push('task = ?') && values.push(toText(query.task))
  if (query.runId !== undefined) clauses.push('run_id = ?') && values.push(toText(query.runId))
  if (query.note !== undefined) {
    const kinds: readonly string[] = typeof query.note === 'string' ? [query.note] : query.note
    clauses.push(`note IN (${kinds.map(() => '?').join(', ')})`)
    values.push(...kinds)
  }
  if (query.before !== undefined) clauses.push('seq < ?') && values.push(query.before)
  return withLimit(
    { sql: `SELECT ${noteColumns} FROM note ${joined(clauses)} ORDER BY seq DESC`, values },
    query.limit,
  )
}

function whereSql(query: LogQuery): Sql {
  const clauses: string[] = []
  const values: SqliteValue[] = []
  const add = (clause: string, ...more: SqliteValue[]): void => {
    clauses.push(clause)
    values.push(...more)
  }
  const addOneOf = (column: string, wanted: string | readonly string[] | undefined): void => {
    if (wanted === undefined) return
    const texts = (typeof wanted === 'string' ? [wanted] : wanted).map((text) => toText(text))
    if (texts.length === 1) add(`${column} = ?`, texts[0]!)
    // As one parameter: a statement has a limited number of parameters, and a list may be longer.
    else add(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(texts))
  }
  addOneOf('task', query.task)
  addOneOf('action', query.action)
  addOneOf('run_id', query.runId)
  if (query.since !== undefined) add('at >= ?', query.since)
  if (query.until !== undefined) add('at < ?', query.until)
  if (query.before !== undefined) add('seq < ?', query.before)
  if (query.after !== undefined) add('seq > ?', query.after)
  if (query.error !== undefined) add('error IS NOT NULL AND instr(error, ?) > 0', searchable(query.error))
  return { sql: joined(clauses), values }
}

function joined(clauses: readonly string[]): string {
  return clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`
}

function withLimit({ sql, values }: Sql, limit: number | undefined): Sql {
  if (limit === undefined || limit === Infinity) return { sql, values }
  return { sql: `${sql} LIMIT ?`, values: [...values, Math.ceil(limit)] }
}
