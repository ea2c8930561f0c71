/** The executors of a session, one for each kind of execution. Unused ones cost nothing. */
import { createCommandExecutor } from './command/command.ts'
import type { Executor, Warn } from './executor.ts'
import { LoopLag } from './inline/event-loop-lag.ts'
import { createInlineExecutor } from './inline/inline.ts'
import type { OnUncaught } from './inline/uncaught-errors.ts'
import { createProcessExecutor } from './process/process-executor.ts'
import { createThreadExecutor } from './thread/thread-executor.ts'
import { specOf } from './work-spec.ts'

/**
 * Creates the executors. `warn` receives problems that are not the outcome of a run; `soon` schedules callbacks that end runs;
 * `configuration` has the treatment of uncaught errors.
 */
export function createExecutors(
  warn: Warn,
  soon: (call: () => void) => void,
  configuration: { readonly settings: { readonly onUncaught: OnUncaught } },
): readonly Executor[] {
  const lag = new LoopLag(warn)
  const thread = createThreadExecutor(warn)
  const command = createCommandExecutor()
  // Of the inline executions, only `main` is kept for a command and for code: see executionFor().
  const outside = (work: unknown): Executor | null => {
    const kind = specOf(work)?.kind
    if (kind === 'command') return command
    return kind === 'code' ? thread : null
  }
  return [
    createInlineExecutor('async', { warn, soon, lag, configuration }),
    createInlineExecutor('main', { warn, lag, outside, configuration }),
    thread,
    createProcessExecutor(warn),
    command,
  ]
}
