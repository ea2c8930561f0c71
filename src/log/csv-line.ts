/**
 * An entry as a row of CSV, and back: the columns of a Rocketry log, then two of our own.
 *
 * Times are seconds since 1970, as there. `more` holds as JSON what the columns do not tell exactly, so that a row comes back
 * as the record it was. Every row stands on one line: a file that was torn or damaged loses the rows of that place, and no
 * others.
 */
import Papa from 'papaparse'
import { isAction } from '../../machines/protocol.ts'
import { adoptCsv } from './csv-import.ts'
import { header, type LineFormat } from './line-format.ts'
import { fromPlain, toPlain } from './plain-text.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from './run-log.ts'

const columns = [
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
    if (toMs(text) !== ms) more[name] = ms
    return text
  }
  const [at_, start_, end_] = [seconds('at', at), seconds('start', start), seconds('end', end)]
  const runtime = seconds('runtimeMs', runtimeMs)
  if (!isNote(entry)) delete more.action
  else if (task === '') more.task = ''
  const json = JSON.stringify(more)
  const { error } = entry as RunRecord
  const row = [
    at_,
    task === undefined ? '' : toPlain(task),
    isNote(entry) ? '' : entry.action,
    runId === undefined ? '' : toPlain(runId),
    start_,
    end_,
    runtime,
    error === undefined ? '' : onOneLine(error.stack ?? `${error.name}: ${error.message}`),
    seq,
    json === '{}' ? '' : json,
  ]
  return `${Papa.unparse([row])}\n`
}

/** The entry of a row, or the header; undefined of a line that is neither. */
export function decodeRow(line: Buffer): unknown {
  const text = line.toString('utf8').replace(/\r$/, '')
  if (`${text}\n` === first) return header
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',' })
  const row = data[0]
  if (errors.length > 0 || data.length !== 1 || row?.length !== columns.length) return undefined
  try {
    return toEntry(row)
  } catch {
    return undefined
  }
}

function toEntry(row: readonly string[]): LogEntry | undefined {
  const [at, task, action, runId, start, end, runtime, , seq, more] = row as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const rest = more === '' ? {} : (JSON.parse(more) as Partial<RunRecord & Note>)
  if (!/^\d+$/.test(seq) || (!isAction(action) && rest.note === undefined)) return undefined
  const times = {
    ...(start === '' ? {} : { start: toMs(start) }),
    ...(end === '' ? {} : { end: toMs(end) }),
    ...(runtime === '' ? {} : { runtimeMs: toMs(runtime) }),
  }
  const isRecord = isAction(action)
  const entry = {
    seq: Number(seq),
    ...(task === '' && !isRecord ? {} : { task: fromPlain(task) }),
    ...(runId === '' && !isRecord ? {} : { runId: fromPlain(runId) }),
    ...(isRecord ? { action } : {}),
    at: toMs(at),
    ...times,
    ...rest,
  } as LogEntry
  return Number.isFinite(entry.at) ? entry : undefined
}

/** Seconds as ms, to the microsecond: what a division left behind is rounded away. */
function toMs(seconds: string): number {
  return Math.round(Number(seconds) * 1e6) / 1e3
}

/** A text for people, whose line ends are told by `\n`; the exact one stands in `more`. */
function onOneLine(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\r', '').replaceAll('\n', '\\n')
}
