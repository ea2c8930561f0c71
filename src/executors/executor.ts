/**
 * The port of an executor: `(work, args, context) → exactly one settlement`, abortable.
 *
 * The laws:
 * 1. `execute` never throws and its settlement never rejects; whatever happens becomes a settlement.
 * 2. When `context.signal` aborts, the work is asked to end; the executor may still settle by itself.
 * 3. `end` is called when the grace is over: an executor that can end its work from outside does, and settles.
 * 4. `close` releases everything it keeps (threads, processes).
 */
import type { Settlement } from '../../machines/run.machine.ts'

/** What an executor is told of the run. `run` is what work gets as its second argument. */
export interface ExecutionContext {
  readonly task: string
  readonly runId: string
  /** Read only when needed: the signal is made on first use. */
  readonly signal: AbortSignal
  readonly run: unknown
}

/** A run under way. */
export interface ExecutionHandle {
  /** Ends the work from outside, if that is possible; else does nothing. */
  end?(): void
}

/** Executes work. */
export interface Executor {
  readonly kind: string
  /** Nothing else launches while its work runs. */
  readonly isExclusive: boolean
  execute(
    work: unknown,
    args: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
    settle: (settlement: Settlement) => void,
  ): ExecutionHandle | undefined
  close?(): void | Promise<void>
}
