/**
 * The port of a run log's store, and the shape of what it keeps.
 *
 * A store is append-only memory of runs. The laws (one suite runs them against every store):
 * 1. `append` keeps the order of `seq`; when it has returned (or its promise has resolved) the records are as durable as the
 *    store promises, all of them or, if it throws or rejects, none.
 * 2. `load` gives back everything kept, oldest first. A store with an index may leave out what the given limits do not ask
 *    for, never a task's newest record of an action, and never a run record without its end.
 * 3. `query` gives records in falling `seq` (newest first), filtered; `limit` counts after the filter.
 * 4. `prune` forgets only what the retention says, never a task's newest record of an action.
 * 5. `close` may be called twice; after it nothing is held open, and all but `load` is refused. `load` opens a closed store
 *    again: a session that is started once more finds its log as it left it.
 */
import type { Action, ErrorData, Outcome, ParamValues, RunTrigger } from '../../machines/protocol.ts'

/** One record: a run was launched, or came to its outcome. */
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

/** A note: what the log keeps beside runs. Conditions don't see notes unless they ask. */
export interface Note {
  readonly seq: number
  readonly note: 'missed' | 'late' | 'audit' | 'heartbeat'
  readonly at: number
  readonly task?: string
  readonly runId?: string
  readonly message?: string
  readonly data?: unknown
}

/** What a store keeps. */
export type LogEntry = RunRecord | Note

/** True of notes. */
export function isNote(entry: LogEntry): entry is Note {
  return 'note' in entry
}

/** What to look for; everything given must match. */
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
  /** At most so many, newest first; default all. */
  readonly limit?: number
  /** Text that the error's message contains. */
  readonly error?: string
}

/** How much a store may forget. */
export interface Retention {
  /** Forget records older than this, ms. */
  readonly maxAgeMs?: number
  /** Keep at most so many records of one task. */
  readonly maxPerTask?: number
  /** Keep at most so many records of all tasks together: a bound on memory whatever the number of tasks. */
  readonly maxTotal?: number
}

/** Which notes to look for; everything given must match, the newest come first. */
export interface NoteQuery {
  readonly task?: string
  readonly note?: Note['note']
  readonly limit?: number
}

/** The port. Synchronous answers are welcome: a run then costs no turn of the loop. */
export interface Store {
  /** What kind it is, for messages: `memory`, `jsonl:./log.jsonl`. */
  readonly name: string
  /** Whether what it keeps survives the process. */
  readonly durable: boolean
  /** What is kept, oldest first; `limits` says how much the caller needs. */
  load(limits?: Retention): readonly LogEntry[] | Promise<readonly LogEntry[]>
  append(entries: readonly LogEntry[]): void | Promise<void>
  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]>
  /** How many records `query` would give; left out, they are counted by asking for them. */
  count?(query: LogQuery): number | Promise<number>
  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]>
  /** Forgets, and tells how many entries. `now` is epoch ms. */
  prune(retention: Retention, now: number): number | Promise<number>
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
