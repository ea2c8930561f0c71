/**
 * An entry as a row, and back.
 *
 * What queries look for has a column of its own; all else is JSON in `rest`, so that a field that the log gains needs no new
 * column. A text that SQLite would cut (at a NUL) or change (half of a surrogate pair) stands there as JSON.
 */
import type { Action } from '../../machines/protocol.ts'
import type { LogEntry, Note, RunRecord } from './run-log.ts'
import { isNote } from './run-log.ts'
import type { SqliteRow, SqliteValue } from './sqlite-driver.ts'

/** A row to be inserted, with what the bookkeeping of open runs needs. */
export interface EntryRow {
  readonly table: 'record' | 'note'
  readonly values: readonly SqliteValue[]
  readonly seq: number
  /** Of records: the run that it opens or closes. */
  readonly run?: { readonly id: string; readonly opens: boolean }
}

/** An entry as a row. Throws what `JSON.stringify` throws. */
export function toRow(entry: LogEntry): EntryRow {
  if (isNote(entry)) {
    const { seq, note, at, task, runId, ...rest } = entry
    const values = [seq, note, toText(task), toText(runId), at, toRest(rest)]
    return { table: 'note', values, seq }
  }
  const { seq, task, runId, action, at, ...rest } = entry
  const id = toText(runId)
  const error = entry.error === undefined ? null : searchable(entry.error.message)
  return {
    table: 'record',
    values: [seq, toText(task), id, action, at, error, toRest(rest)],
    seq,
    run: { id, opens: action === 'run' },
  }
}

/** The record of a row; without its `rest` column, the bare record. Throws a `SyntaxError` of a row that was damaged. */
export function toRecord(row: SqliteRow): RunRecord {
  const bare = {
    seq: Number(row.seq),
    task: fromText(row.task)!,
    runId: fromText(row.run_id)!,
    action: row.action as Action,
    at: Number(row.at),
  }
  return typeof row.rest === 'string' ? { ...bare, ...fromRest(row.rest) } : bare
}

/** The note of a row. Throws a `SyntaxError` of a row that was damaged. */
export function toNote(row: SqliteRow): Note {
  const task = fromText(row.task)
  const runId = fromText(row.run_id)
  return {
    seq: Number(row.seq),
    note: row.note as Note['note'],
    at: Number(row.at),
    ...(task === null ? {} : { task }),
    ...(runId === null ? {} : { runId }),
    ...(typeof row.rest === 'string' ? fromRest(row.rest) : {}),
  }
}

/** A text as its column holds it. */
export function toText(text: string): string
export function toText(text: string | undefined): string | null
export function toText(text: string | undefined): string | null {
  if (text === undefined) return null
  return unsafe.test(text) || text.startsWith(mark) ? `${mark}${JSON.stringify(text)}` : text
}

/** An error's message as it is searched: what SQLite can't hold is left out; the whole of it stands in `rest`. */
export function searchable(message: string): string {
  return message.replace(new RegExp(unsafe, 'gu'), '\ufffd')
}

const mark = 'json:'
/** A NUL, or half of a surrogate pair. */
const unsafe = /[\0\ud800-\udfff]/u

/** The text of a column. */
export function fromText(value: SqliteValue | undefined): string | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  return text.startsWith(mark) ? (JSON.parse(text.slice(mark.length)) as string) : text
}

function toRest(rest: object): string | null {
  const json = JSON.stringify(rest)
  return json === '{}' ? null : json
}

function fromRest(json: string): object {
  return JSON.parse(json) as object
}
