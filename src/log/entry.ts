/** The entries of a run log: records of runs, and notes. */
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
   * `state`: the persisted state of the session besides its runs; the newest replaces all earlier ones. `change`: a change of
   * params, tasks or the session's state, for explanations of past instants; `snapshot`: all of these at one instant.
   * `workflow`: the state in which a workflow continues; the newest of a run replaces its earlier ones. `steps`: steps of a workflow.
   */
  readonly note:
    | 'missed'
    | 'late'
    | 'audit'
    | 'heartbeat'
    | 'lines'
    | 'state'
    | 'change'
    | 'snapshot'
    | 'workflow'
    | 'steps'
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

/** The result of a run, as in its end record and its handle. */
export interface RunResult {
  readonly runId: string
  readonly action: Outcome
  readonly value?: unknown
  readonly error?: unknown
  readonly reason?: string
}
