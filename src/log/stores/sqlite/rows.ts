/**
 * An entry as a row, and back.
 *
 * What queries look for has a column of its own; all else is JSON in `rest`, so that a field that the log gains needs no new
 * column.
 */
import { isAction } from '../../../../machines/protocol.ts'
import { whyNoEntry } from '../../check-entry.ts'
import type { LogEntry, Note, RunRecord } from '../../store.ts'
import { isNote } from '../../store.ts'
import { fromPlain, toPlain } from '../formats/escape-text.ts'
import type { SqliteRow, SqliteValue } from './driver.ts'

/** A row to be inserted, with what the bookkeeping of open runs needs. */
export interface EntryRow {
  readonly table: 'record' | 'note'
  readonly values: readonly SqliteValue[]
  readonly seq: number
  /** Of records: the run that it opens or closes. */
  readonly run?: { readonly id: string; readonly opens: boolean }
}

/** An entry as a row. Throws a `TypeError` of what is no entry, and what `JSON.stringify` throws. */
export function toRow(entry: LogEntry): EntryRow {
  const why = whyNoEntry(entry)
  if (why !== null) throw new TypeError(why)
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
    values: [seq, toText(task), id, action, at, error, toRest(Number.isInteger(at) ? rest : { ...rest, at })],
    seq,
    run: { id, opens: action === 'run' },
  }
}

/** The columns of a whole record, of a bare one, and of a note, in the order in which rows are read. */
export const recordColumns = 'seq, task, run_id, action, at, rest'
export const bareColumns = 'seq, task, run_id, action, at, NULL AS rest'
export const noteColumns = 'seq, note, task, run_id, at, rest'

/** The record of a row. Throws a `SyntaxError` of a row that was damaged. */
export function toRecord([seq, task, runId, action, at, rest]: SqliteRow): RunRecord {
  if (!isAction(action)) throw new SyntaxError(`record ${seq} has the action '${action}'`)
  checkNumbers(seq, at)
  const bare = { seq, task: fromText(task), runId: fromText(runId), action, at } as RunRecord
  return typeof rest === 'string' ? { ...bare, ...fromRest(rest) } : bare
}

/** The note of a row. Throws a `SyntaxError` of a row that was damaged. */
export function toNote([seq, note, task, runId, at, rest]: SqliteRow): Note {
  if (typeof note !== 'string') throw new SyntaxError(`note ${seq} is of the kind '${note}'`)
  checkNumbers(seq, at)
  return {
    seq,
    note,
    at,
    ...(task === null ? {} : { task: fromText(task) }),
    ...(runId === null ? {} : { runId: fromText(runId) }),
    ...(typeof rest === 'string' ? fromRest(rest) : {}),
  } as Note
}

function checkNumbers(seq: SqliteValue | undefined, at: SqliteValue | undefined): void {
  if (!Number.isSafeInteger(seq) || !Number.isFinite(at))
    throw new SyntaxError(`entry ${seq} is of the time ${at}`)
}

/** A text as its column holds it. */
export function toText(text: string): string
export function toText(text: string | undefined): string | null
export function toText(text: string | undefined): string | null {
  return text === undefined ? null : toPlain(text)
}

/** An error's message as it is searched: what SQLite can't hold is left out; the whole of it stands in `rest`. */
export function searchable(message: string): string {
  return message.replace(/[\0\ud800-\udfff]/gu, '\ufffd')
}

/** The text of a column. */
export function fromText(value: SqliteValue | undefined): string {
  return fromPlain(String(value))
}

function toRest(rest: object): string | null {
  const json = JSON.stringify(rest)
  return json === '{}' ? null : json
}

function fromRest(json: string): object {
  return JSON.parse(json) as object
}
