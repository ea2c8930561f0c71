/**
 * Queries: their criteria, their check, and their evaluation over entries in rising `seq`, shared by the stores that hold
 * entries in memory.
 */
import { type Action, actions, isAction } from '../../machines/protocol.ts'
import { didYouMean, didYouMeanNearest, near } from '../errors/suggest.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from './entry.ts'

/**
 * The criteria of a query for records; all that are given must match.
 *
 * @example
 * ```ts
 * const query: LogQuery = { action: ['fail', 'crash'], since: Date.parse('2026-11-01'), limit: 50 }
 * await session.log.query(query)
 * ```
 */
export interface LogQuery {
  /** Only records of this task, or of any of these. */
  readonly task?: string | readonly string[]
  readonly runId?: string
  /** Only records with this action, or with any of these. */
  readonly action?: Action | readonly Action[]
  /** Only records at or after this instant, epoch ms. */
  readonly since?: number
  /** Only records before this instant, epoch ms. */
  readonly until?: number
  /** Only records older than this `seq`: the key of the next page. */
  readonly before?: number
  /** Only records newer than this `seq`: the key of the next page if the oldest come first. */
  readonly after?: number
  /** Maximum number of records, counted from the first in the order of the query; default all. */
  readonly limit?: number
  /** Order: oldest first if true; default false, newest first. */
  readonly oldestFirst?: boolean
  /** Text that the error's message contains, case-sensitive. */
  readonly error?: string
}

/**
 * The criteria of a query for notes, newest first; all that are given must match.
 *
 * @example
 * ```ts
 * const query: NoteQuery = { task: 'backup', note: 'missed', limit: 10 }
 * await session.log.notes(query)
 * ```
 */
export interface NoteQuery {
  readonly task?: string
  readonly runId?: string
  /** Only notes of this kind, or of any of these. */
  readonly note?: Note['note'] | readonly Note['note'][]
  /** Only notes older than this `seq`: the key of the next page. */
  readonly before?: number
  /** Maximum number, newest first; default all. */
  readonly limit?: number
}

/** The matching records, newest first unless the query reverses the order. */
export function selectRecords(entries: readonly LogEntry[], query: LogQuery): RunRecord[] {
  const { limit = Infinity, oldestFirst = false } = query
  const matches = recordMatcher(query)
  const found: RunRecord[] = []
  const last = entries.length - 1
  for (let i = 0; i <= last && found.length < limit; i++) {
    const entry = entries[oldestFirst ? i : last - i]!
    if (!isNote(entry) && matches(entry)) found.push(entry)
  }
  return found
}

/** The number of matching records, regardless of the query's `limit`. */
export function countRecords(entries: readonly LogEntry[], query: LogQuery): number {
  const matches = recordMatcher(query)
  let count = 0
  for (const entry of entries) if (!isNote(entry) && matches(entry)) count++
  return count
}

/** The matching notes, newest first. */
export function selectNotes(entries: readonly LogEntry[], query: NoteQuery): Note[] {
  const { limit = Infinity, before = Infinity } = query
  const kinds = toSet(query.note)
  const found: Note[] = []
  for (let i = entries.length - 1; i >= 0 && found.length < limit; i--) {
    const entry = entries[i]!
    if (!isNote(entry) || entry.seq >= before) continue
    if (query.task !== undefined && entry.task !== query.task) continue
    if (query.runId !== undefined && entry.runId !== query.runId) continue
    if (kinds !== null && !kinds.has(entry.note)) continue
    found.push(entry)
  }
  return found
}

/** Returns a predicate for all criteria of a query, the page included, except `limit`. */
export function recordMatcher(query: LogQuery): (record: RunRecord) => boolean {
  const tasks = toSet(query.task)
  const actions = toSet(query.action)
  const { runId, since = -Infinity, until = Infinity, before = Infinity, after = -Infinity, error } = query
  return (record) =>
    record.seq < before &&
    record.seq > after &&
    record.at >= since &&
    record.at < until &&
    (tasks === null || tasks.has(record.task)) &&
    (actions === null || actions.has(record.action)) &&
    (runId === undefined || record.runId === runId) &&
    (error === undefined || record.error?.message.includes(error) === true)
}

/** Returns a valid query unchanged. Throws `TypeError` for unknown keys and wrong types, `RangeError` for invalid numbers. */
export function checkQuery(query: LogQuery): LogQuery {
  checkKeys(query, queryKeys)
  for (const action of toSet(query.action) ?? [])
    if (!isAction(action)) throw unknownWord('an action', action, actions)
  checkNumbers(query, numericKeys)
  return query
}

/** The same for a query for notes. */
export function checkNoteQuery(query: NoteQuery): NoteQuery {
  checkKeys(query, noteKeys)
  for (const kind of toSet(query.note) ?? [])
    if (!noteKinds.includes(kind as Note['note'])) throw unknownWord('a note', kind, noteKinds)
  checkNumbers(query, ['before', 'limit'])
  return query
}

function checkKeys(query: object, known: readonly string[]): void {
  if (typeof query !== 'object' || query === null)
    throw new TypeError(`Cannot query the run log as a query must be an object: ${String(query)}`)
  for (const key of Object.keys(query)) {
    if (known.includes(key)) continue
    const hint = didYouMean(near(key, known))
    throw new TypeError(
      `Cannot query the run log as keys must be known (${known.join(', ')}): '${key}'.${hint}`,
    )
  }
}

function checkNumbers<Key extends string>(
  query: { readonly [K in Key]?: unknown },
  keys: readonly Key[],
): void {
  for (const key of keys) {
    const value = query[key]
    if (value === undefined) continue
    if (typeof value !== 'number' || Number.isNaN(value))
      throw new TypeError(`Cannot query the run log as ${key} must be a number: ${String(value)}`)
    if (key === 'limit' && value < 0)
      throw new RangeError(`Cannot query the run log as limit must not be negative: ${value}`)
  }
}

/** The error for an unknown action or kind of note, which would otherwise find nothing and look like good news. */
function unknownWord(what: string, word: unknown, known: readonly string[]): RangeError {
  const hint = typeof word === 'string' ? didYouMeanNearest(word, known) : ''
  return new RangeError(
    `Cannot query the run log as ${what} must be one of ${known.join(', ')}: ${String(word)}.${hint}`,
  )
}

const noteKeys = ['task', 'runId', 'note', 'before', 'limit'] as const
const noteKinds: readonly Note['note'][] = [
  'missed',
  'late',
  'audit',
  'heartbeat',
  'lines',
  'state',
  'change',
  'snapshot',
  'workflow',
  'steps',
]
const numericKeys = ['since', 'until', 'before', 'after', 'limit'] as const
const queryKeys = ['task', 'runId', 'action', ...numericKeys, 'oldestFirst', 'error'] as const

function toSet(value: string | readonly string[] | undefined): ReadonlySet<string> | null {
  if (value === undefined) return null
  return new Set(typeof value === 'string' ? [value] : value)
}

/** The number of records read at a time: about 100 KB. */
const pageSize = 500

/**
 * Reads the matching records page by page, in the order of the query. Rejects with the store's error.
 *
 * Pages are keyed by `seq`, not by offset: records that are added or removed meanwhile cause no duplicates and no gaps, and
 * every store supports it without a separate method.
 */
export async function* streamRecords(
  store: { query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]> },
  query: LogQuery,
): AsyncGenerator<RunRecord, void, undefined> {
  let left = query.limit ?? Infinity
  let page: LogQuery = query
  while (left > 0) {
    const limit = Math.min(pageSize, left)
    const records = await store.query({ ...page, limit })
    yield* records
    const last = records.at(-1)
    if (last === undefined || records.length < limit) return
    left -= records.length
    page = query.oldestFirst === true ? { ...query, after: last.seq } : { ...query, before: last.seq }
  }
}
