/**
 * The port of an executor: `(work, args, context) → exactly one settlement`, abortable.
 *
 * The rules:
 * 1. `execute` never throws and its settlement never rejects; every error becomes a settlement.
 * 2. When `context.signal` aborts, the work is asked to end; the executor may still settle.
 * 3. `end` is called when the grace period is over and the run has its outcome: an executor that can terminate its work does
 *    so, and does not settle afterwards.
 * 4. `close` releases all resources (threads, processes) and resolves when they are gone. It must leave the executor reusable.
 */
import type { Settlement } from '../../machines/run.machine.ts'
import type { IsolatedRun } from './run-facts.ts'

/**
 * The context of a run for its executor. `run` is the second argument of work.
 *
 * @example
 * ```ts
 * const label = ({ task, runId, signal }: ExecutionContext): string =>
 *   `${task} ${runId}${signal.aborted ? ', aborted' : ''}`
 * ```
 */
export interface ExecutionContext {
  /** Name of the task. */
  readonly task: string
  readonly runId: string
  /** Aborted when the run is asked to end. Created on first use, so read it only when needed. */
  readonly signal: AbortSignal
  readonly run: IsolatedRun
}

/** Reports a problem that is not the outcome of a run: the session counts and logs it. */
export type Warn = (
  kind: string,
  message: string,
  about?: { readonly task?: string; readonly error?: unknown },
) => void

/**
 * The limit of the session that the runs of an executor count toward.
 *
 * @example
 * ```ts
 * const limit: CapacityLimit = 'maxThreads'
 * createApp({ [limit]: 2 })
 * ```
 */
export type CapacityLimit = 'maxThreads' | 'maxProcesses'

/**
 * A run in progress.
 *
 * @example
 * ```ts
 * import { spawn } from 'node:child_process'
 *
 * const child = spawn('make')
 * const handle: ExecutionHandle = { end: () => void child.kill('SIGKILL') }
 * ```
 */
export interface ExecutionHandle {
  /** Terminates the work, if that is possible; otherwise does nothing. */
  end?(): void
}

/**
 * Executes work: the port of each kind of {@link Execution}. It settles exactly once and never throws.
 *
 * @example
 * ```ts
 * const immediate: Executor = {
 *   kind: 'immediate',
 *   isExclusive: true,
 *   execute(work, args, { run }, settle) {
 *     try {
 *       settle({ kind: 'returned', value: (work as (args: unknown, run: IsolatedRun) => unknown)(args, run) })
 *     } catch (error) {
 *       settle({ kind: 'threw', error })
 *     }
 *     return undefined
 *   },
 * }
 * ```
 */
export interface Executor {
  /** The name of the execution: `thread`, or that of a custom executor. */
  readonly kind: string
  /** True if no other run may launch while its work runs. */
  readonly isExclusive: boolean
  /** The limit for live runs, shared by all executors that name it; absent: no limit. */
  readonly slots?: CapacityLimit
  /** Starts the work and calls `settle` exactly once. Returns a handle, or undefined if the work cannot be terminated. */
  execute(
    work: unknown,
    args: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
    settle: (settlement: Settlement) => void,
  ): ExecutionHandle | undefined
  /** Releases threads and processes; the executor remains usable. */
  close?(): void | Promise<void>
}
