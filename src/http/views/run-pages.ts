/**
 * Pages of runs for the HTTP API: first the runs that were live when the first page was made, by start, then the ended runs, newest
 * first.
 *
 * The order of this list does not change while runs end between its pages: `top`, the newest record at the time of the first page,
 * separates the two parts, and a run that ends before its page is read keeps its place and is shown as ended.
 */
import type { LogQuery, RunRecord } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'

type Start = readonly [startedAt: number, runId: string]

/** Start of a page: among the runs that were live at the first page, or (`before`, a `seq`) after them. */
export type Place =
  | { readonly top: number; readonly after: Start | null; readonly before: null }
  | { readonly before: number }

/** The fields of a live run that determine its place. */
export interface LiveRun {
  readonly id: string
  readonly startedAt: { toMillis(): number }
}

/** The source of the list. */
export interface RunSource<L extends LiveRun> {
  /** The newest `seq` of the log; 0 for an empty one. */
  top(): Promise<number>
  /** Live runs that match the query. */
  live(): readonly L[]
  /** At most `limit` matching end records, newest first. */
  ended(limit: number, range: Pick<LogQuery, 'before' | 'after'>): Promise<readonly RunRecord[]>
}

/** The content of a page, and the start of the next one; null after the last. */
export interface RunPage<L> {
  readonly items: readonly Item<L>[]
  readonly next: Place | null
}

/** A live run, or the record of an ended one. */
export type Item<L> = { readonly live: L } | { readonly ended: RunRecord }

/** Maximum number of runs that end while a client reads the pages of live runs. */
const maxSince = 10_000

/** Reads a page of at most `size` runs. */
export async function readRunPage<L extends LiveRun>(
  source: RunSource<L>,
  size: number,
  place: Place | null,
): Promise<RunPage<L>> {
  if (place !== null && place.before !== null) return readEnded(source, [], size, place.before)
  const top = place?.top ?? (await source.top())
  const after = place?.after ?? null
  // Live runs are read first: a run that ends while the log is read is then in both lists instead of neither.
  const found = new Map<string, readonly [Start, Item<L>]>()
  for (const run of source.live()) found.set(run.id, [[run.startedAt.toMillis(), run.id], { live: run }])
  for (const record of await source.ended(maxSince, { after: top }))
    if (!found.has(record.runId))
      found.set(record.runId, [[record.start ?? record.at, record.runId], { ended: record }])
  const left = [...found.values()]
    .filter(([start]) => after === null || isLater(start, after))
    .sort(([a], [b]) => (isLater(a, b) ? 1 : -1))
  const shown = left.slice(0, size)
  const items = shown.map(([, item]) => item)
  if (left.length > size) return { items, next: { top, after: shown.at(-1)![0], before: null } }
  return readEnded(source, items, size - items.length, top + 1)
}

async function readEnded<L extends LiveRun>(
  source: RunSource<L>,
  items: readonly Item<L>[],
  room: number,
  before: number,
): Promise<RunPage<L>> {
  const records = await source.ended(room + 1, { before })
  const shown = records.slice(0, room)
  return {
    items: [...items, ...shown.map((ended) => ({ ended }))],
    next: records.length > room ? { before: shown.at(-1)?.seq ?? before } : null,
  }
}

/** True if a run comes later in the list: it started earlier. */
function isLater([at, id]: Start, [otherAt, otherId]: Start): boolean {
  return at === otherAt ? id > otherId : at < otherAt
}

/** A place as a cursor: after the live runs a plain number, as in other pages of the log. */
export function toCursor(place: Place): string {
  if (place.before !== null) return String(place.before)
  return Buffer.from(JSON.stringify([place.top, ...(place.after ?? [])])).toString('base64url')
}

/** Parses a cursor. @throws Problem 400 for an invalid cursor */
export function fromCursor(cursor: string): Place {
  if (/^\d{1,15}$/.test(cursor)) return { before: Number(cursor) }
  try {
    const [top, at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (Number.isSafeInteger(top) && typeof at === 'number' && typeof id === 'string')
      return { top: top as number, after: [at, id], before: null }
  } catch {
    // Reported below.
  }
  throw new Problem(400, 'query', "Cannot accept the cursor as it must be the 'nextCursor' of a page.")
}
