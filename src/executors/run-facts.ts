/**
 * The part of a run that work can use in a thread or a process: facts to read, and three channels (log and progress to the session,
 * the abort signal to the work). The session's `Run` is a superset, so the same function works inline and isolated.
 */
import type { DateTime } from 'luxon'
import type { ParamValues, RunTrigger } from '../../machines/protocol.ts'

/** The levels of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * The second argument of work that is executed in a thread or a process. Times are in the task's zone.
 *
 * @example
 * ```ts
 * import { readdir } from 'node:fs/promises'
 *
 * export async function scan(args: { root: string }, run: IsolatedRun): Promise<string[]> {
 *   const files = await readdir(args.root)
 *   for (const [i, file] of files.entries()) run.progress(i / files.length, file)
 *   return files
 * }
 * ```
 */
export interface IsolatedRun<Value = unknown> {
  /** Id of the run. */
  readonly id: string
  readonly task: { readonly name: string }
  readonly session: { readonly startedAt: DateTime | null }
  readonly startedAt: DateTime
  /** The time at which the condition began to hold; null for manual runs. */
  readonly dueAt: DateTime | null
  /** The cycle or cron period of the run, from `start` up to `end`; null if it has none. */
  readonly period: { readonly start: DateTime; readonly end: DateTime } | null
  /** The cause of the run. */
  readonly trigger: RunTrigger
  /** The params given to `task.run(params)`. */
  readonly params: ParamValues
  /** The stream value that started the run (`onEach`). */
  readonly value: Value | undefined
  /**
   * Aborted when the run is asked to end; its `reason` states why. In a thread `aborted` and `throwIfAborted()` are up to date
   * even in a loop that never awaits; in a process the loop must await from time to time.
   */
  readonly signal: AbortSignal
  /** Logs lines for this run to the session's logger. Lines beyond two thousand per second are dropped and counted. */
  readonly log: Readonly<Record<LogLevel, (...data: unknown[]) => void>>
  /** Reports progress as a fraction from 0 to 1. Throws `RangeError` for other values. */
  progress(fraction: number, message?: string): void
}

/** The facts of a run as cloneable data: times are epoch ms. */
export interface RunFacts {
  readonly id: string
  readonly task: string
  /** IANA zone of the task. */
  readonly zone: string
  readonly sessionStartedAt: number | null
  readonly startedAt: number
  readonly dueAt: number | null
  readonly period: { readonly start: number; readonly end: number } | null
  readonly trigger: RunTrigger
  readonly params: ParamValues
  readonly value: unknown
}

/** The facts of a run in the form in which they are sent. */
export function toRunFacts(run: IsolatedRun): RunFacts {
  const { period, startedAt } = run
  return {
    id: run.id,
    task: run.task.name,
    zone: startedAt.zoneName ?? 'UTC',
    sessionStartedAt: run.session.startedAt?.toMillis() ?? null,
    startedAt: startedAt.toMillis(),
    dueAt: run.dueAt?.toMillis() ?? null,
    period: period === null ? null : { start: period.start.toMillis(), end: period.end.toMillis() },
    trigger: run.trigger,
    params: run.params,
    value: run.value,
  }
}

/** Validates a progress report. Throws a `RangeError`. */
export function checkProgress(fraction: number): void {
  if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
    throw new RangeError(`Cannot report progress as it must be from 0 to 1: ${String(fraction)}`)
}
