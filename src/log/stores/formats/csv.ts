/**
 * The run log in a CSV file: readable in a spreadsheet, with the columns of a Rocketry log.
 *
 * The CSV row of an entry, encoded and decoded: the columns of a Rocketry log, then three of Gantry.
 *
 * Times are seconds since 1970, as in Rocketry. `more` holds as JSON what the columns do not represent exactly, so that a row
 * decodes to the identical record. `crc` is a checksum of the other cells: it detects a row that was damaged, or changed in a
 * spreadsheet. The checksum covers the cells and not the bytes, so that other quotes and line ends do no harm. A row without
 * a checksum is accepted as it is: earlier releases wrote none, and a user who writes a row leaves it empty.
 *
 * Every row is on one line: a file that was cut short or damaged loses only the rows there.
 */

import { crc32 } from 'node:zlib'
import Papa from 'papaparse'
import { isNote, type LogEntry, type Note, type RunRecord } from '../../entry.ts'
import type { Retention } from '../../retention.ts'
import type { Store } from '../../store.ts'
import { type FileStoreOptions, fileRetention } from '../file/file-options.ts'
import { createFileStore } from '../file/file-store.ts'
import { header, type LineFormat } from '../file/line-format.ts'
import { toCell, toJsonCell, toShownCell } from './csv-cell.ts'
import { fromPlain } from './escape-text.ts'
import { adoptCsv } from './import-csv.ts'

/**
 * Options of {@link createCsvStore}: the retention, and a receiver of reports on repairs.
 *
 * @example
 * ```ts
 * const options: CsvStoreOptions = { retention: { maxPerTask: 500 }, onProblem: (problem) => console.warn(problem.message) }
 * createApp({ store: createCsvStore('./runs.csv', options) })
 * ```
 */
export type CsvStoreOptions = FileStoreOptions

/** The default retention of a CSV store: 10,000 records per task, 100,000 in total. */
export const csvRetention: Retention = fileRetention

/**
 * Creates a run log in a CSV file; a missing folder or file is created when the session starts. A CSV file that Rocketry wrote
 * is imported: it is kept under another name, and its records become the history of the tasks with the same names. One
 * session at a time may have the file open. Cells that a spreadsheet would evaluate as formulas are escaped. After a manual
 * change to a row, empty its `crc` cell: otherwise the row is moved aside as damaged.
 *
 * @example
 * ```ts
 * const app = createApp({ store: createCsvStore('./runs.csv', { retention: { maxPerTask: 500 } }) })
 * const same = createApp({ store: 'csv:./runs.csv' })    // with the defaults
 * ```
 */
export function createCsvStore(path: string, options: CsvStoreOptions = {}): Store {
  return createFileStore(path, csvFormat, options)
}

/** The columns of earlier releases. */
const unchecked = [
  'created',
  'task_name',
  'action',
  'run_id',
  'start',
  'end',
  'runtime',
  'exc_text',
  'seq',
  'more',
]
const columns = [...unchecked, 'crc']
const uncheckedFirst = unchecked.join(',')
const first = `${columns.join(',')}\n`

/**
 * The CSV line format.
 *
 * @internal
 */
export const csvFormat: LineFormat = {
  kind: 'csv',
  title: 'CSV',
  first,
  encode: encodeRow,
  decode: decodeRow,
  adopt: adoptCsv,
}

/**
 * Encodes an entry as a row, line end included. Throws the error of `JSON.stringify`.
 *
 * @internal
 */
export function encodeRow(entry: LogEntry): string {
  const { seq, task, runId, at, start, end, runtimeMs, ...rest } = entry as RunRecord & Note
  const more: Record<string, unknown> = { ...rest }
  const seconds = (name: string, ms: number | undefined): string => {
    if (ms === undefined) return ''
    const text = String(ms / 1_000)
    if (toMs(text) !== ms || ms < 0) more[name] = ms
    // A leading sign would make the whole row a formula where a spreadsheet does not split it at commas.
    return ms < 0 ? '' : text
  }
  const [at_, start_, end_] = [seconds('at', at), seconds('start', start), seconds('end', end)]
  const runtime = seconds('runtimeMs', runtimeMs)
  if (!isNote(entry)) delete more.action
  else if (task === '') more.task = ''
  const json = JSON.stringify(more)
  const { error } = entry as RunRecord
  const row = [
    at_,
    task === undefined ? '' : toCell(task),
    isNote(entry) ? '' : entry.action,
    runId === undefined ? '' : toCell(runId),
    start_,
    end_,
    runtime,
    error === undefined ? '' : toShownCell(error.stack ?? `${error.name}: ${error.message}`),
    String(seq),
    json === '{}' ? '' : toJsonCell(json),
  ]
  return `${Papa.unparse([[...row, checksum(row)]])}\n`
}

/**
 * Decodes a row to an entry or the header; undefined if the line is neither, or is damaged.
 *
 * @internal
 */
export function decodeRow(line: Buffer): unknown {
  const text = line.toString('utf8').replace(/\r$/, '')
  if (text.includes(uncheckedFirst)) {
    const names = text.replace('\ufeff', '')
    if (`${names}\n` === first) return header
    if (names === uncheckedFirst) return { ...header, isOutdated: true }
  }
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',' })
  const row = data[0]
  if (errors.length > 0 || data.length !== 1 || row === undefined) return undefined
  if (row.length !== columns.length && row.length !== unchecked.length) return undefined
  const cells = row.slice(0, unchecked.length)
  const crc = row[unchecked.length] ?? ''
  if (crc !== '' && crc !== checksum(cells)) return undefined
  try {
    return toEntry(cells)
  } catch {
    return undefined
  }
}

/** The checksum, with a leading character: spreadsheets take digits alone for a number, which they change on saving. */
function checksum(cells: readonly string[]): string {
  return `x${crc32(JSON.stringify(cells)).toString(16).padStart(8, '0')}`
}

function toEntry(row: readonly string[]): LogEntry | undefined {
  const [at, task, action, runId, start, end, runtime, , seq, more] = row as Row
  const rest = (more === '' ? {} : JSON.parse(more)) as unknown
  if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) return undefined
  if (!/^\d+$/.test(seq) || (at === '' && !('at' in rest))) return undefined
  // The reader of the file checks whether the action exists.
  const isRecord = action !== ''
  const entry = {
    seq: Number(seq),
    ...(task === '' && !isRecord ? {} : { task: fromPlain(task) }),
    ...(runId === '' && !isRecord ? {} : { runId: fromPlain(runId) }),
    ...(isRecord ? { action } : {}),
    at: toMs(at),
    ...(start === '' ? {} : { start: toMs(start) }),
    ...(end === '' ? {} : { end: toMs(end) }),
    ...(runtime === '' ? {} : { runtimeMs: toMs(runtime) }),
    ...rest,
  } as LogEntry
  const { at: instant, start: begun = 0, end: ended = 0, runtimeMs = 0 } = entry as RunRecord
  return [instant, begun, ended, runtimeMs].every(Number.isFinite) ? entry : undefined
}

/** The cells from `created` to `more`. */
type Row = [string, string, string, string, string, string, string, string, string, string]

/** Seconds as ms, rounded to the microsecond to remove the error of the division. */
function toMs(seconds: string): number {
  return Math.round(Number(seconds) * 1e6) / 1e3
}
