/** Work in the session's own thread: `async` (others launch while it awaits) and `main` (nothing launches until it ends). */
import type { Settlement } from '../../machines/run.machine.ts'
import { Inaction } from '../errors.ts'
import type { ExecutionContext, ExecutionHandle, Executor } from './executor.ts'
import { runInside } from './inside-run.ts'

type InlineWork = (args: Readonly<Record<string, unknown>>, run: unknown) => unknown

/** Makes the executor for `async` or `main` work. */
export function createInlineExecutor(kind: 'async' | 'main'): Executor {
  return { kind, isExclusive: kind === 'main', execute: executeInline }
}

function executeInline(
  work: unknown,
  args: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  settle: (settlement: Settlement) => void,
): ExecutionHandle | undefined {
  const call = (): unknown => (work as InlineWork)(args, context.run)
  try {
    const result = runInside({ task: context.task, runId: context.runId }, call)
    if (isPromiseLike(result)) {
      result.then(
        (value) => settle(settlementOf(value)),
        (error) => settle(rejectionOf(error)),
      )
    } else {
      settle(settlementOf(result))
    }
  } catch (error) {
    settle(rejectionOf(error))
  }
  return undefined
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

/** A return is a success, unless it says that there was nothing to do. */
export function settlementOf(value: unknown): Settlement {
  return value instanceof Inaction ? inactionOf(value) : { kind: 'returned', value }
}

/** A throw is a failure, unless it says that there was nothing to do. */
export function rejectionOf(error: unknown): Settlement {
  return error instanceof Inaction ? inactionOf(error) : { kind: 'threw', error }
}

function inactionOf(inaction: Inaction): Settlement {
  return inaction.reason === undefined ? { kind: 'inaction' } : { kind: 'inaction', reason: inaction.reason }
}
