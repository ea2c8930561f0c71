/** The port of a run log's store, and the types of its entries. */
import type { Action, ErrorData, Outcome, ParamValues, RunTrigger } from '../../machines/protocol.ts'

/**
 * One record: a run was launched, or ended with an outcome.
 *
 * @example
 * ```ts
 * const records: readonly RunRecord[] = await session.log.query({ task: 'report', action: 'success', limit: 10 })
 * for (const { runId, at, runtimeMs } of records) console.log(runId, new Date(at), runtimeMs)
 * ```
 */
export interface RunRecord {
  /** Session-wide sequence number. "Newer" compares this, never times. */
  readonly seq: number
  /** Name of the task. */
  readonly task: string
  readonly runId: string
  /** `run` for the start, otherwise the outcome. */
  readonly action: Action
  /** Time of the record, epoch ms. */
  readonly at: number
  /** Start of the run, epoch ms; in an end record, too. */
  readonly start?: number
  /** End of the run, epoch ms (end records). */
  readonly end?: number
  /** Duration of the run on the monotonic clock, ms (end records). */
  readonly runtimeMs?: number
  /** The cause of the run: its condition, a manual request, a caught-up period, … */
  readonly trigger?: RunTrigger
  /** Time at which the condition began to hold, epoch ms. */
  readonly dueAt?: number
  /** The period that the run was for, epoch ms; the end is exclusive. */
  readonly period?: { readonly start: number; readonly end: number }
  /** The params of the run, as far as they are JSON-safe. */
  readonly params?: ParamValues
  /** The error of a failed run. */
  readonly error?: ErrorData
  /** The reason of a termination or an inaction. */
  readonly reason?: string
  /** The return value, if it is JSON-safe. */
  readonly value?: unknown
  /** The reason why the value or a param is not in the record: `value: a bigint is not JSON`. */
  readonly omitted?: string
}

/**
 * A note: a log entry that is not about the start or end of a run. Only conditions on missed periods read notes. `at` is
 * epoch ms.
 *
 * @example
 * ```ts
 * const notes: readonly Note[] = await session.log.notes({ task: 'backup', note: 'missed' })
 * for (const { at, message } of notes) console.log(new Date(at), message)
 * ```
 */
export interface Note {
  /** Sequence number, shared with records. */
  readonly seq: number
  /**
   * The kind. `lines`: log lines of a run within one turn of the event loop; `data` is a list of `{ at, level, message }`.
   * `state`: the persisted state of the session besides its runs; the newest replaces all earlier ones.
   */
  readonly note: 'missed' | 'late' | 'audit' | 'heartbeat' | 'lines' | 'state'
  readonly at: number
  readonly task?: string
  readonly runId?: string
  readonly message?: string
  /** Further facts as JSON, depending on the kind. */
  readonly data?: unknown
  /** The reason why the data is not in the note. */
  readonly omitted?: string
}

/**
 * An entry of a store: a record of a run, or a note, which has the member `note`.
 *
 * @example
 * ```ts
 * const nameOf = (entry: LogEntry): string => ('note' in entry ? entry.note : entry.action)
 * ```
 */
export type LogEntry = RunRecord | Note

/** True for notes. */
export function isNote(entry: LogEntry): entry is Note {
  return 'note' in entry
}

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
 * The records of one task that conditions need.
 *
 * @example
 * ```ts
 * const keep: Keep = { lastMs: 86_400_000, count: 3 } // the past day, and three records of each action
 * ```
 */
export interface Keep {
  /** All records up to this age, ms. */
  readonly lastMs?: number
  /** The number of records of each action. */
  readonly count?: number
}

/**
 * A function that returns the records of a task that conditions need; undefined if the newest of each action suffices.
 *
 * @example
 * ```ts
 * const keep: KeepOf = (task) => (task === 'backup' ? { count: 10 } : undefined)
 * ```
 */
export type KeepOf = (task: string) => Keep | undefined

/**
 * The limits up to which a store keeps records. A limit that is left out does not apply. Regardless of the limits, the newest
 * record of each action of each task is kept.
 *
 * @example
 * ```ts
 * const retention: Retention = { maxAgeMs: 90 * 86_400_000, maxPerTask: 1_000 }
 * createApp({ store: createSqliteStore('./gantry.db', { retention }) })
 * ```
 */
export interface Retention {
  /** Forget records older than this, ms. */
  readonly maxAgeMs?: number
  /** Maximum number of records per task. */
  readonly maxPerTask?: number
  /** Maximum number of records of all tasks together: bounds memory regardless of the number of tasks. */
  readonly maxTotal?: number
  /** Limits of one task, in place of those above; undefined for a task without its own. */
  readonly ofTask?: (task: string) => Pick<Retention, 'maxAgeMs' | 'maxPerTask'> | undefined
  /** Records that are kept regardless of the limits. */
  readonly keep?: KeepOf
}

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
 *    task's newest record of an action, a run record without its end, or the newest entry of all. With limits, any other record
 *    may be bare: `seq`, `task`, `runId`, `action` and `at`.
 * 3. `query` returns matching records in falling `seq` (newest first; `oldestFirst` reverses that); `limit` applies after the
 *    filter, from the start of that order. `notes` does the same for notes, always newest first.
 * 4. `prune` removes only entries that the retention allows, never a task's newest record of an action, a run record without
 *    its end, the newest state note, or a record that `keep` names.
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

/** The result of a run, as in its end record and its handle. */
export interface RunResult {
  readonly runId: string
  readonly action: Outcome
  readonly value?: unknown
  readonly error?: unknown
  readonly reason?: string
}
