/**
 * Streaming of matching records one by one, for exports.
 *
 * Pages are keyed by `seq`, not by offset: records that are added or removed meanwhile cause no duplicates and no gaps, and
 * every store supports it without a separate method.
 */
import type { LogQuery, RunRecord, Store } from './store.ts'

/** The number of records read at a time: about 100 KB. */
const pageSize = 500

/** The matching records, in the order of the query. Rejects with the store's error. */
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
