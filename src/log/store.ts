/** The port of a run log's store, and the shape of what it keeps. */
import type { Action, ErrorData, Outcome, ParamValues, RunTrigger } from '../../machines/protocol.ts'

/**
 * One record: a run was launched, or came to its outcome.
 *
 * @example
 * ```ts
 * const records: readonly RunRecord[] = await session.log.query({ task: 'report', action: 'success', limit: 10 })
 * for (const { runId, at, runtimeMs } of records) console.log(runId, new Date(at), runtimeMs)
 * ```
 */
export interface RunRecord {
  /** Session-wide order; "newer" compares this, never times. */
  readonly seq: number
  readonly task: string
  readonly runId: string
  readonly action: Action
  /** When the record was made, epoch ms. */
  readonly at: number
  /** When the run started, epoch ms (in end records its own run's start). */
  readonly start?: number
  /** When the run ended, epoch ms (end records). */
  readonly end?: number
  /** Elapsed ms of the run on the monotonic clock (end records). */
  readonly runtimeMs?: number
  readonly trigger?: RunTrigger
  /** When the condition began to hold, epoch ms. */
  readonly dueAt?: number
  /** The cycle the run was for, epoch ms. */
  readonly period?: { readonly start: number; readonly end: number }
  readonly params?: ParamValues
  readonly error?: ErrorData
  /** Why it was terminated or found nothing to do. */
  readonly reason?: string
  /** The return value, where it is JSON-safe. */
  readonly value?: unknown
  /** Why the value or a param is not in the record: `value: a bigint is not JSON`. */
  readonly omitted?: string
}

/**
 * A note: what the log keeps beside runs. Conditions don't see notes unless they ask. `at` is epoch ms.
 *
 * @example
 * ```ts
 * const notes: readonly Note[] = await session.log.notes({ task: 'backup', note: 'missed' })
 * for (const { at, message } of notes) console.log(new Date(at), message)
 * ```
 */
export interface Note {
  readonly seq: number
  /**
   * `lines`: what a run logged in one turn, `data` being a list of `{ at, level, message }`. `state`: what a session keeps of
   * itself beside its runs; the newest stands for all of them.
   */
  readonly note: 'missed' | 'late' | 'audit' | 'heartbeat' | 'lines' | 'state'
  readonly at: number
  readonly task?: string
  readonly runId?: string
  readonly message?: string
  readonly data?: unknown
  /** Why the data is not in the note. */
  readonly omitted?: string
}

/**
 * What a store keeps: a record of a run, or a note, which has the member `note`.
 *
 * @example
 * ```ts
 * const nameOf = (entry: LogEntry): string => ('note' in entry ? entry.note : entry.action)
 * ```
 */
export type LogEntry = RunRecord | Note

/** True of notes. */
export function isNote(entry: LogEntry): entry is Note {
  return 'note' in entry
}

/**
 * What to look for; everything given must match.
 *
 * @example
 * ```ts
 * const query: LogQuery = { action: ['fail', 'crash'], since: Date.parse('2026-11-01'), limit: 50 }
 * await session.log.query(query)
 * ```
 */
export interface LogQuery {
  readonly task?: string | readonly string[]
  readonly runId?: string
  readonly action?: Action | readonly Action[]
  /** At or after this instant, epoch ms. */
  readonly since?: number
  /** Before this instant, epoch ms. */
  readonly until?: number
  /** Only records older than this `seq`: the key of the next page. */
  readonly before?: number
  /** Only records newer than this `seq`: the key of the next page when the oldest come first. */
  readonly after?: number
  /** At most so many of those that come first; default all. */
  readonly limit?: number
  /** The oldest come first; default false: the newest. */
  readonly oldestFirst?: boolean
  /** Text that the error's message contains, capitals told apart. */
  readonly error?: string
}

/**
 * How much of one task is to be remembered.
 *
 * @example
 * ```ts
 * const keep: Keep = { lastMs: 86_400_000, count: 3 } // the past day, and three of each action
 * ```
 */
export interface Keep {
  /** All records not older than so many ms. */
  readonly lastMs?: number
  /** So many records of each action. */
  readonly count?: number
}

/**
 * What conditions need of each task's records; undefined where the newest of each action will do.
 *
 * @example
 * ```ts
 * const keep: KeepOf = (task) => (task === 'backup' ? { count: 10 } : undefined)
 * ```
 */
export type KeepOf = (task: string) => Keep | undefined

/**
 * How much a store may forget. A limit that is left out is none. Whatever the limits, a task's newest record of each
 * action stays.
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
  /** Keep at most so many records of one task. */
  readonly maxPerTask?: number
  /** Keep at most so many records of all tasks together: a bound on memory whatever the number of tasks. */
  readonly maxTotal?: number
  /** Limits of a task's own, in the place of those above; undefined where it has none. */
  readonly ofTask?: (task: string) => Pick<Retention, 'maxAgeMs' | 'maxPerTask'> | undefined
  /** What is kept of a task whatever the limits say. */
  readonly keep?: KeepOf
}

/**
 * How much of what a store holds is wanted at a start.
 *
 * @example
 * ```ts
 * const limits: LoadLimits = { perAction: 100, total: 100_000, leastPerAction: 1 }
 * await createJsonlStore('./runs.jsonl').load(limits)
 * ```
 */
export interface LoadLimits {
  /** The newest so many records of each action of each task. */
  readonly perAction: number
  /** Fewer where there are so many tasks that it would be more than this in all. */
  readonly total: number
  /** Never fewer than this of an action of a task, however many tasks there are. */
  readonly leastPerAction: number
  /** What is wanted of a task beyond that. */
  readonly keep?: KeepOf
}

/**
 * Which notes to look for; everything given must match, the newest come first.
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
  readonly note?: Note['note'] | readonly Note['note'][]
  /** Only notes older than this `seq`: the key of the next page. */
  readonly before?: number
  /** Maximum number, newest first; default all. */
  readonly limit?: number
}

/**
 * Where a run log lives: the port. A store is append-only memory of runs; one of your own is an object with these methods, and
 * those marked with `?` it need not have. Synchronous answers are welcome: a run then costs no turn of the loop. Instants are
 * epoch ms, lengths ms. The laws:
 *
 * 1. `append` keeps the order of `seq`; when it has returned (or its promise has resolved) the entries are as durable as the
 *    store promises, all of them or, if it throws or rejects, none. To throw and to reject mean the same: it cannot write now (the
 *    disk is full). What was appended later and still waits is then rejected as well, and all of it is appended again. Entries
 *    that can never be written (they are no JSON) are refused with a `RunLogError` whose `isEntryRefused` is true.
 * 2. `load` gives back everything kept, oldest first. A store with an index may leave out what the given limits do not ask
 *    for, never a task's newest record of an action, never a run record without its end, and never the newest entry of all.
 *    With limits, a record that is none of these may come bare: `seq`, `task`, `runId`, `action` and `at`.
 * 3. `query` gives records in falling `seq` (newest first; `oldestFirst` turns it round), filtered; `limit` counts after the
 *    filter, from the end that comes first. `notes` gives notes in the same way, always the newest first.
 * 4. `prune` forgets only what the retention says, never a task's newest record of an action, never a run record without its
 *    end, never the newest note of the state, never what its `keep` names.
 * 5. `close` may be called twice; after it nothing is held open, and all but `load` is refused. `load` opens a closed store
 *    again: a session that is started once more finds its log as it left it.
 *
 * @example
 * ```ts
 * // A store that tells someone of each entry, and leaves the keeping to another one.
 * function tellingStore(inner: Store, tell: (entry: LogEntry) => void): Store {
 *   return {
 *     name: inner.name,
 *     durable: inner.durable,
 *     load: (limits) => inner.load(limits),
 *     append: async (entries) => {
 *       await inner.append(entries)
 *       for (const entry of entries) tell(entry)
 *     },
 *     query: (query) => inner.query(query),
 *     notes: (query) => inner.notes(query),
 *     prune: (retention, now) => inner.prune(retention, now),
 *     close: () => inner.close(),
 *   }
 * }
 * createApp({ store: tellingStore(createJsonlStore('./runs.jsonl'), (entry) => console.log(entry.seq)) })
 * ```
 */
export interface Store {
  /** What kind it is, for messages: `memory`, `jsonl:./log.jsonl`. */
  readonly name: string
  /** Whether what it keeps survives the process. */
  readonly durable: boolean
  /** What is kept, oldest first; `limits` says how much the caller needs. */
  load(limits?: LoadLimits): readonly LogEntry[] | Promise<readonly LogEntry[]>
  append(entries: readonly LogEntry[]): void | Promise<void>
  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]>
  /** How many records `query` would give; left out, they are counted by asking for them. */
  count?(query: LogQuery): number | Promise<number>
  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]>
  /** Forgets, and tells how many entries. `now` is epoch ms. */
  prune(retention: Retention, now: number): number | Promise<number>
  /** Told once what conditions need: the store's own retention, where it has one, keeps that as well. */
  protect?(keep: KeepOf): void
  /** Leaves a sign of life (epoch ms): asked every few seconds, so that after a crash it is known when the process died. Never throws. */
  beat?(now: number): void
  /**
   * Looks whether what was acknowledged is still where the next start looks for it (the file was not moved or deleted), and
   * mends it if that can be done. Throws or rejects if not: nothing is acknowledged then until it succeeds. Asked about once a
   * second.
   */
  check?(): void | Promise<void>
  /** After `load`: when an earlier process that did not close the store gave its last sign of life, epoch ms; null if it closed. */
  lastBeat?(): number | null
  /** Writes at once what waits to be written: the last act before the process exits. */
  flushSync?(): void
  close(): void | Promise<void>
}

/** How a run ended, as its end record and its handle tell it. */
export interface RunResult {
  readonly runId: string
  readonly action: Outcome
  readonly value?: unknown
  readonly error?: unknown
  readonly reason?: string
}
