/**
 * The row of an entry, encoded and decoded.
 *
 * Each searchable field has a column; all others are JSON in `rest`, so that a new field of the log needs no new column.
 */
import { isAction } from '../../../../machines/protocol.ts'
import { whyInvalidEntry } from '../../check-entry.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from '../../entry.ts'
import { isWorkflowState } from '../../retention.ts'
import { fromPlain, toPlain } from '../formats/escape-text.ts'
import type { SqliteRow, SqliteValue } from './driver.ts'

/** A row to insert, with the data for the table of open runs. */
export interface EntryRow {
  readonly table: 'record' | 'note'
  readonly values: readonly SqliteValue[]
  readonly seq: number
  /** For records: the run that the record opens or closes. */
  readonly run?: { readonly id: string; readonly opens: boolean }
  /** For the state of a workflow: the run whose earlier states it replaces. */
  readonly replaces?: string
}

/** Encodes an entry as a row. Throws a `TypeError` for an invalid entry, and the errors of `JSON.stringify`. */
export function toRow(entry: LogEntry): EntryRow {
  const why = whyInvalidEntry(entry)
  if (why !== null) throw new TypeError(why)
  if (isNote(entry)) {
    const { seq, note, at, task, runId, ...rest } = entry
    const values = [seq, note, toText(task), toText(runId), at, toRest(rest)]
    return {
      table: 'note',
      values,
      seq,
      ...(isWorkflowState(entry) ? { replaces: toText(entry.runId) } : {}),
    }
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

/** The columns of a whole record, of a bare one, and of a note, in the order in which rows are decoded. */
export const recordColumns = 'seq, task, run_id, action, at, rest'
export const bareColumns = 'seq, task, run_id, action, at, NULL AS rest'
export const noteColumns = 'seq, note, task, run_id, at, rest'

/** Decodes the row of a record. Throws a `SyntaxError` if it is damaged. */
export function toRecord([seq, task, runId, action, at, rest]: SqliteRow): RunRecord {
  if (!isAction(action)) throw new SyntaxError(`record ${seq} has the unknown action '${action}'`)
  checkNumbers(seq, at)
  const bare = { seq, task: fromText(task), runId: fromText(runId), action, at } as RunRecord
  return typeof rest === 'string' ? { ...bare, ...fromRest(rest) } : bare
}

/** Decodes the row of a note. Throws a `SyntaxError` if it is damaged. */
export function toNote([seq, note, task, runId, at, rest]: SqliteRow): Note {
  if (typeof note !== 'string') throw new SyntaxError(`note ${seq} has the unknown kind '${note}'`)
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
    throw new SyntaxError(`entry ${seq} has the invalid time ${at}`)
}

/** A text in the form that its column stores. */
export function toText(text: string): string
export function toText(text: string | undefined): string | null
export function toText(text: string | undefined): string | null {
  return text === undefined ? null : toPlain(text)
}

/** An error message in searchable form, without what SQLite cannot store; `rest` holds the full message. */
export function searchable(message: string): string {
  return message.replace(/[\0\ud800-\udfff]/gu, '\ufffd')
}

/** Decodes the text of a column. */
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
