/** Pages of the log for callers who may not see all tasks. */
import type { View } from '../security/caller-view.ts'

/** The minimum number of records per read if some are hidden. */
const leastRead = 100

/** A record or note; a note may belong to no task. */
interface Entry {
  readonly seq: number
  readonly task?: string
}

/**
 * The newest records that the caller may see, at most `count`, older than `before`.
 *
 * @param read - Reads at most `limit` records older than `before`.
 * @param isWanted - An additional filter.
 */
export async function readShown<E extends Entry>(
  view: View,
  count: number,
  before: number | undefined,
  read: (limit: number, before: number | undefined) => Promise<readonly E[]>,
  isWanted: (record: E) => boolean = () => true,
): Promise<readonly E[]> {
  const found: E[] = []
  let next = before
  while (found.length < count) {
    const left = count - found.length
    const limit = view.isWhole ? left : Math.max(left, leastRead)
    const records = await read(limit, next)
    found.push(...(await view.only(records, ({ task }) => task)).filter(isWanted))
    if (records.length < limit) break
    next = records.at(-1)!.seq
  }
  return found.slice(0, count)
}
