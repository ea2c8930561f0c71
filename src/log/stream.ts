/**
 * All records that match, one by one: what an export reads.
 *
 * Pages are asked for by key (`seq`) and not by number, so that records that come or go meanwhile neither repeat nor hide
 * others, and every store can be read so without a method of its own.
 */
import type { LogQuery, RunRecord, Store } from './store.ts'

/** How many records are read at a time: some 100 KB. */
const pageSize = 500

/** The records that match, in the order of the query. Rejects with what the store throws. */
export async function* streamRecords(
  store: Pick<Store, 'query'>,
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
