/** The port of a run log's store. */
import type { LogEntry, Note, RunRecord } from './entry.ts'
import type { LogQuery, NoteQuery } from './query.ts'
import type { KeepOf, Retention } from './retention.ts'

/**
 * The entries that a session needs at its start.
 *
 * @example
 * ```ts
 * const limits: LoadLimits = { perAction: 100, total: 100_000, leastPerAction: 1 }
 * await createJsonlStore('./runs.jsonl').load(limits)
 * ```
 */
export interface LoadLimits {
  /** The number of newest records of each action of each task. */
  readonly perAction: number
  /** Maximum number of records in total: with many tasks, each gets fewer than `perAction`. */
  readonly total: number
  /** The minimum per action of a task, regardless of the number of tasks. */
  readonly leastPerAction: number
  /** The records that conditions need beyond that. */
  readonly keep?: KeepOf
}

/**
 * The port of a run log's storage: an append-only memory of runs. A custom store is an object with these methods; those marked
 * with `?` are optional. A method may answer synchronously: a run then takes no extra turn of the event loop. Instants are
 * epoch ms, durations ms. The rules:
 *
 * 1. `append` keeps the order of `seq`. When it has returned (or its promise has resolved) the entries are as durable as the
 *    store promises; if it throws or rejects, none of them is. Throwing and rejecting are equivalent: the store cannot write now
 *    (the disk is full). Entries that were appended later and are pending are then rejected as well, and the session appends all
 *    of them again. Entries that can never be written (they are not JSON) are refused with a `RunLogError` whose
 *    `isEntryRefused` is true.
 * 2. `load` returns all entries, oldest first. A store with an index may omit entries beyond the given limits, but never a
 *    task's newest record of an action, a run record without its end, the newest `workflow` note of a run without its end, or the
 *    newest entry of all. With limits, any other record may be bare: `seq`, `task`, `runId`, `action` and `at`.
 * 3. `query` returns matching records in falling `seq` (newest first; `oldestFirst` reverses that); `limit` applies after the
 *    filter, from the start of that order. `notes` does the same for notes, always newest first.
 * 4. `prune` removes only entries that the retention allows, never a task's newest record of an action, a run record without
 *    its end, the newest `workflow` note of a run without its end, the newest state note, the newest snapshot, or a record that
 *    `keep` names. A `workflow` note replaces the earlier ones of its run: every pruning removes those, and a store may do so
 *    once the newer one is durable.
 * 5. `close` may be called twice. After it the store holds no resource open and refuses every call but `load`, which reopens
 *    it: a session that starts again finds its log unchanged.
 *
 * @example
 * ```ts
 * // A store that reports each entry and delegates storage to another store.
 * function observedStore(inner: Store, report: (entry: LogEntry) => void): Store {
 *   return {
 *     name: inner.name,
 *     durable: inner.durable,
 *     load: (limits) => inner.load(limits),
 *     append: async (entries) => {
 *       await inner.append(entries)
 *       for (const entry of entries) report(entry)
 *     },
 *     query: (query) => inner.query(query),
 *     notes: (query) => inner.notes(query),
 *     prune: (retention, now) => inner.prune(retention, now),
 *     close: () => inner.close(),
 *   }
 * }
 * createApp({ store: observedStore(createJsonlStore('./runs.jsonl'), (entry) => console.log(entry.seq)) })
 * ```
 */
export interface Store {
  /** The name in messages: `memory`, `jsonl:./log.jsonl`. */
  readonly name: string
  /** True if entries survive the process. */
  readonly durable: boolean
  /** Returns the entries, oldest first; `limits` states how many the caller needs. */
  load(limits?: LoadLimits): readonly LogEntry[] | Promise<readonly LogEntry[]>
  /** Stores entries durably: see rule 1. */
  append(entries: readonly LogEntry[]): void | Promise<void>
  /** Returns the matching records: see rule 3. */
  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]>
  /** Returns the number of records that `query` would return. Optional: otherwise the records are read and counted. */
  count?(query: LogQuery): number | Promise<number>
  /** Returns the matching notes, newest first: see rule 3. */
  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]>
  /** Removes entries and returns how many. `now` is epoch ms. */
  prune(retention: Retention, now: number): number | Promise<number>
  /** Called once with the records that conditions need: the store's own retention, if any, keeps them as well. */
  protect?(keep: KeepOf): void
  /** Writes a heartbeat (epoch ms), every few seconds: after a crash it dates the end of the process. Never throws. */
  beat?(now: number): void
  /**
   * Checks that acknowledged entries are where the next start reads them (the file was not moved or deleted), and repairs that
   * if possible. If not, throws or rejects: no entry is acknowledged until a check succeeds. Called about once a second.
   */
  check?(): void | Promise<void>
  /** After `load`: the last heartbeat of an earlier process that did not close the store, epoch ms; null if it closed it. */
  lastBeat?(): number | null
  /** Writes pending entries synchronously, before the process exits. */
  flushSync?(): void
  /** Releases all resources: see rule 5. */
  close(): void | Promise<void>
}
