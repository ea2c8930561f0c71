/** The hold on a test clock while isolated work runs. */
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ExecutionContext, ExecutionHandle, Executor } from '../../executors/executor.ts'
import { within } from '../../executors/host-clock.ts'
import { createDeferred } from '../../values/deferred.ts'

/** The default limit of a hold, ms of real time: work may never end by itself. */
const maxHoldMs = 10_000

/**
 * Executes work, and holds a test clock until the run settles or is terminated, up to a limit. An abort of the run holds the clock
 * again, so that the work can end by itself. The system clock is not held.
 */
export function executeHeld(
  clock: Clock,
  executor: Executor,
  work: unknown,
  args: Record<string, unknown>,
  context: ExecutionContext,
  settle: (settlement: Settlement) => void,
): ExecutionHandle | undefined {
  if (clock.busy === undefined) return executor.execute(work, args, context, settle)
  const over = createDeferred()
  const hold = (): void => clock.busy?.(within(clock.maxBusyMs ?? maxHoldMs, over.promise))
  const { signal } = context
  const release = (): void => {
    signal.removeEventListener('abort', hold)
    over.resolve()
  }
  hold()
  signal.addEventListener('abort', hold, { once: true })
  const handle = executor.execute(work, args, context, (settlement) => {
    release()
    settle(settlement)
  })
  return {
    ...handle,
    end: () => {
      release()
      handle?.end?.()
    },
  }
}
