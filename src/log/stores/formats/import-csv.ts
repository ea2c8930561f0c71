/**
 * Import of a log that Rocketry wrote: any CSV file with the columns `task_name`, `action` and `created`, in any order, and any
 * of the other columns of Rocketry's record models.
 *
 * Times are seconds since 1970 or dates without a zone (in the system's zone); run ids may be missing.
 */
import Papa from 'papaparse'
import { type Action, type ErrorData, isAction } from '../../../../machines/protocol.ts'
import type { RunRecord } from '../../entry.ts'
import type { Adopted } from '../file/line-format.ts'

/** The records of a foreign CSV file, numbered in the order of its rows; null if it lacks the columns. */
export function adoptCsv(file: Buffer): Adopted | null {
  const text = file.toString('utf8').replace(/^\ufeff/, '')
  const { data, meta } = Papa.parse<Row>(text, { header: true, skipEmptyLines: true })
  if (!['task_name', 'action', 'created'].every((column) => meta.fields?.includes(column))) return null
  const runs = new OpenRuns()
  const entries: RunRecord[] = []
  for (const row of data) {
    const record = toRecord(row, entries.length + 1, runs)
    if (record !== null) entries.push(record)
  }
  return { entries, skipped: data.length - entries.length }
}

type Row = Readonly<Record<string, string | undefined>>

/** Assignment of ends to runs where the file has no run ids. */
class OpenRuns {
  readonly #open = new Map<string, string[]>()
  #count = 0

  idOf(task: string, action: Action, given: string): string {
    const open = this.#open.get(task) ?? []
    this.#open.set(task, open)
    if (action === 'run') {
      const id = given === '' ? `imported-${++this.#count}` : given
      open.push(id)
      return id
    }
    if (given === '') return open.shift() ?? `imported-${++this.#count}`
    const place = open.indexOf(given)
    if (place >= 0) open.splice(place, 1)
    return given
  }
}

function toRecord(row: Row, seq: number, runs: OpenRuns): RunRecord | null {
  const { task_name: task = '', action, created = '', run_id = '', exc_text = '' } = row
  const at = toInstant(created)
  if (!isAction(action) || at === null) return null
  const start = toInstant(row.start ?? '')
  const end = toInstant(row.end ?? '')
  const runtimeMs = toElapsed(row.runtime ?? '')
  return {
    seq,
    task,
    runId: runs.idOf(task, action, run_id),
    action,
    at,
    ...(start === null ? {} : { start }),
    ...(end === null || action === 'run' ? {} : { end }),
    ...(runtimeMs === null || action === 'run' ? {} : { runtimeMs }),
    ...(exc_text === '' ? {} : { error: toError(exc_text) }),
  }
}

/** Parses seconds since 1970, or a date; null for anything else. */
function toInstant(text: string): number | null {
  if (text === '') return null
  const seconds = Number(text)
  const instant = Number.isNaN(seconds) ? new Date(text).getTime() : seconds * 1_000
  return Number.isFinite(instant) ? Math.round(instant) : null
}

/** Parses seconds, or Python's `1 day, 0:00:02.500000`; null for anything else. */
function toElapsed(text: string): number | null {
  const clock = /^(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text)
  if (clock !== null) {
    const [days, hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0))
    return Math.round((((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1e6) / 1e3
  }
  return text === '' || Number.isNaN(Number(text)) ? null : Number(text) * 1_000
}

/** The error of a Python traceback, which its last line names. */
function toError(text: string): ErrorData {
  const lines = text.trimEnd().split('\n')
  const [, name = 'Error', message = ''] = /^([\w.]+)(?:: (.*))?$/.exec(lines.at(-1)!) ?? [
    text,
    'Error',
    lines.at(-1),
  ]
  return { name, message, stack: text }
}
