/**
 * What a run shows to work that may be far from its session, in a thread or a process: facts to read, and the three lines that
 * go back (log, progress, and the signal that comes the other way). A session's own `Run` has all of it and more, so the
 * same function serves near and far.
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
 * export async function scan(args: { root: string }, run: FarRun): Promise<string[]> {
 *   const files = await readdir(args.root)
 *   for (const [i, file] of files.entries()) run.progress(i / files.length, file)
 *   return files
 * }
 * ```
 */
export interface FarRun<Value = unknown> {
  readonly id: string
  readonly task: { readonly name: string }
  readonly session: { readonly startedAt: DateTime | null }
  readonly startedAt: DateTime
  /** When the condition began to hold; null for runs by hand. */
  readonly dueAt: DateTime | null
  /** The cycle or cron occurrence it runs for, from `start` up to `end`; null where there is none. */
  readonly period: { readonly start: DateTime; readonly end: DateTime } | null
  readonly trigger: RunTrigger
  /** What was given to `task.run(params)`. */
  readonly params: ParamValues
  /** The value of the stream that started it (`onEach`). */
  readonly value: Value | undefined
  /**
   * Aborted when the run is asked to end; its reason says why. In a thread `aborted` and `throwIfAborted()`
   * are true to the moment also in a loop that never awaits; in a process the loop must await now and then.
   */
  readonly signal: AbortSignal
  /** Lines for this run; they go to the session's logger. Beyond two thousand a second they are dropped and counted. */
  readonly log: Readonly<Record<LogLevel, (...data: unknown[]) => void>>
  /** Tells how far the run is, from 0 to 1. */
  progress(fraction: number, message?: string): void
}

/** The facts of a run as data that crosses: times in epoch ms. */
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

/** The facts of a run, to be sent. */
export function toRunFacts(run: FarRun): RunFacts {
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

/** Checks what is told of a run's progress; throws a `RangeError`. */
export function checkProgress(fraction: number): void {
  if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
    throw new RangeError(`Cannot tell progress as it must be from 0 to 1: ${String(fraction)}`)
}
