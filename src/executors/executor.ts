/**
 * The port of an executor: `(work, args, context) → exactly one settlement`, abortable.
 *
 * The laws:
 * 1. `execute` never throws and its settlement never rejects; whatever happens becomes a settlement.
 * 2. When `context.signal` aborts, the work is asked to end; the executor may still settle by itself.
 * 3. `end` is called when the grace is over and the run has its outcome: an executor that can end its work from outside
 *    does, and settles no more.
 * 4. `close` releases everything it keeps (threads, processes), and resolves when it is gone. It may be used again after.
 */
import type { Settlement } from '../../machines/run.machine.ts'
import type { FarRun } from './run-facts.ts'

/**
 * What an executor is told of the run. `run` is what work gets as its second argument.
 *
 * @example
 * ```ts
 * const label = ({ task, runId, signal }: ExecutionContext): string =>
 *   `${task} ${runId}${signal.aborted ? ', to end' : ''}`
 * ```
 */
export interface ExecutionContext {
  readonly task: string
  readonly runId: string
  /** Read only when needed: the signal is made on first use. */
  readonly signal: AbortSignal
  readonly run: FarRun
}

/** Tells of something that is nobody's outcome: the session counts it and says it. */
export type Warn = (
  kind: string,
  message: string,
  about?: { readonly task?: string; readonly error?: unknown },
) => void

/**
 * Which of the session's limits the runs of an executor take a slot of.
 *
 * @example
 * ```ts
 * const limit: SlotLimit = 'maxThreads'
 * createApp({ [limit]: 2 })
 * ```
 */
export type SlotLimit = 'maxThreads' | 'maxProcesses'

/**
 * A run under way.
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
  /** Ends the work from outside, if that is possible; else does nothing. */
  end?(): void
}

/**
 * Executes work: the port behind each kind of {@link Execution}. It settles exactly once and never throws.
 *
 * @example
 * ```ts
 * const immediate: Executor = {
 *   kind: 'immediate',
 *   isExclusive: true,
 *   execute(work, args, { run }, settle) {
 *     try {
 *       settle({ kind: 'returned', value: (work as (args: unknown, run: FarRun) => unknown)(args, run) })
 *     } catch (error) {
 *       settle({ kind: 'threw', error })
 *     }
 *     return undefined
 *   },
 * }
 * ```
 */
export interface Executor {
  readonly kind: string
  /** Nothing else launches while its work runs. */
  readonly isExclusive: boolean
  /** Runs that live are counted by this limit, those of all executors with the same one together; absent: no limit. */
  readonly slots?: SlotLimit
  execute(
    work: unknown,
    args: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
    settle: (settlement: Settlement) => void,
  ): ExecutionHandle | undefined
  close?(): void | Promise<void>
}
