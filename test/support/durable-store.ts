/** A store that a session takes for a durable one, and whose writing a test decides. */
import type { LogEntry, Store } from 'gantry'

/** Reads come from `kept`, which `append` fills and which stays open, so that it can be asked after a stop. */
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
