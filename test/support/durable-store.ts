/** A durable store for sessions, whose writes a test controls. */
import type { LogEntry, Store } from 'gantry'

/** Reads come from `kept`, which `append` fills and which stays open, so that it can be queried after a stop. */
export function durableStore(
  kept: Store,
  append: (entries: readonly LogEntry[]) => void | Promise<void>,
): Store {
  return {
    name: 'durable',
    durable: true,
    load: () => kept.load(),
    query: (query) => kept.query(query),
    notes: (query) => kept.notes(query),
    prune: (retention, now) => kept.prune(retention, now),
    close: () => {},
    append,
  }
}
