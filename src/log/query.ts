/** How queries read: pure functions over entries in rising `seq`, shared by the stores that hold them in memory. */
import { isNote, type LogEntry, type LogQuery, type Note, type NoteQuery, type RunRecord } from './run-log.ts'

/** The records that match, newest first. */
export function selectRecords(entries: readonly LogEntry[], query: LogQuery): RunRecord[] {
  const limit = query.limit ?? Infinity
  const matches = recordMatcher(query)
  const found: RunRecord[] = []
  for (let i = entries.length - 1; i >= 0 && found.length < limit; i--) {
    const entry = entries[i]!
    if (!isNote(entry) && matches(entry)) found.push(entry)
  }
  return found
}

/** How many records match, whatever the `limit` of the query. */
export function countRecords(entries: readonly LogEntry[], query: LogQuery): number {
  const matches = recordMatcher(query)
  let count = 0
  for (const entry of entries) if (!isNote(entry) && matches(entry)) count++
  return count
}

/** The notes that match, newest first. */
export function selectNotes(entries: readonly LogEntry[], query: NoteQuery): Note[] {
  const limit = query.limit ?? Infinity
  const found: Note[] = []
  for (let i = entries.length - 1; i >= 0 && found.length < limit; i--) {
    const entry = entries[i]!
    if (!isNote(entry)) continue
    if (query.task !== undefined && entry.task !== query.task) continue
    if (query.note !== undefined && entry.note !== query.note) continue
    found.push(entry)
  }
  return found
}

/** Whether a record is what a query looks for, page and limit included but for `limit`. */
export function recordMatcher(query: LogQuery): (record: RunRecord) => boolean {
  const tasks = toSet(query.task)
  const actions = toSet(query.action)
  const { runId, since = -Infinity, until = Infinity, before = Infinity, error } = query
  return (record) =>
    record.seq < before &&
    record.at >= since &&
    record.at < until &&
    (tasks === null || tasks.has(record.task)) &&
    (actions === null || actions.has(record.action)) &&
    (runId === undefined || record.runId === runId) &&
    (error === undefined || record.error?.message.includes(error) === true)
}

function toSet(value: string | readonly string[] | undefined): ReadonlySet<string> | null {
  if (value === undefined) return null
  return new Set(typeof value === 'string' ? [value] : value)
}
