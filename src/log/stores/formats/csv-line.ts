/**
 * An entry as a row of CSV, and back: the columns of a Rocketry log, then three of our own.
 *
 * Times are seconds since 1970, as there. `more` holds as JSON what the columns do not tell exactly, so that a row comes back
 * as the record it was. `crc` is a checksum of the other cells: a row that was damaged, or changed in a spreadsheet, is told from
 * one that was meant. It goes by the cells and not by the bytes, so that other quotes and line ends do no harm. A row without
 * one is taken as it is: earlier releases wrote none, and a person who writes a row leaves it empty.
 *
 * Every row stands on one line: a file that was torn or damaged loses the rows of that place, and no others.
 */
import { crc32 } from 'node:zlib'
import Papa from 'papaparse'
import { isNote, type LogEntry, type Note, type RunRecord } from '../../store.ts'
import { header, type LineFormat } from '../file/line-format.ts'
import { toCell, toJsonCell, toShownCell } from './csv-cell.ts'
import { fromPlain } from './escape-text.ts'
import { adoptCsv } from './import-csv.ts'

/** Those of earlier releases. */
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

/** Files of CSV. */
export const csvFormat: LineFormat = {
  kind: 'csv',
  title: 'CSV',
  first,
  encode: encodeRow,
  decode: decodeRow,
  adopt: adoptCsv,
}

/** An entry as a row, line end included. Throws what `JSON.stringify` throws. */
export function encodeRow(entry: LogEntry): string {
  const { seq, task, runId, at, start, end, runtimeMs, ...rest } = entry as RunRecord & Note
  const more: Record<string, unknown> = { ...rest }
  const seconds = (name: string, ms: number | undefined): string => {
    if (ms === undefined) return ''
    const text = String(ms / 1_000)
    if (toMs(text) !== ms || ms < 0) more[name] = ms
    // A sign in front would make a formula of the whole row where a spreadsheet does not split it at commas.
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

/** The entry of a row, or the header; undefined of a line that is neither, or is not what was written. */
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

/** With a letter in front: digits alone are a number to a spreadsheet, which changes them when it saves. */
function checksum(cells: readonly string[]): string {
  return `x${crc32(JSON.stringify(cells)).toString(16).padStart(8, '0')}`
}

function toEntry(row: readonly string[]): LogEntry | undefined {
  const [at, task, action, runId, start, end, runtime, , seq, more] = row as Row
  const rest = (more === '' ? {} : JSON.parse(more)) as unknown
  if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) return undefined
  if (!/^\d+$/.test(seq) || (at === '' && !('at' in rest))) return undefined
  // Whether there is such an action is for the reader of the file to say.
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

/** `created` to `more`. */
type Row = [string, string, string, string, string, string, string, string, string, string]

/** Seconds as ms, to the microsecond: what a division left behind is rounded away. */
function toMs(seconds: string): number {
  return Math.round(Number(seconds) * 1e6) / 1e3
}
