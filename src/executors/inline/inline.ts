/** The inline executors: `async` (other runs launch while it awaits) and `main` (no run launches until it ends). */
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Undo } from '../../clock/clock.ts'
import type { SkipRun } from '../../errors/skip-run.ts'
import { isPromise } from '../../values/promise.ts'
import { currentRun } from '../current-run.ts'
import type { ExecutionContext, ExecutionHandle, Executor, Warn } from '../executor.ts'
import { isInaction } from '../inaction.ts'
import { makeArgs, partArgs } from '../work/module-arg.ts'
import { LoopLag } from './event-loop-lag.ts'
import { type OnUncaught, watchUncaught } from './uncaught-errors.ts'
import { watchRejections } from './unhandled-rejections.ts'

type InlineWork = (args: Readonly<Record<string, unknown>>, run: unknown) => unknown

/** The context that inline executors need. */
export interface InlineOptions {
  readonly warn?: Warn
  /** The treatment of uncaught errors, read at each start. Default `exit`. */
  readonly configuration?: { readonly settings: { readonly onUncaught: OnUncaught } }
  /** Schedules a callback; allows batching when many runs end at once. Default: a microtask. */
  readonly soon?: (call: () => void) => void
  /** Detects work that blocks the event loop; shared by all inline executors of a session. */
  readonly lag?: LoopLag
  /** Returns the executor of work that cannot run inline (commands, code) and was requested as `main`. */
  readonly outside?: (work: unknown) => Executor | null
}

/** Creates the executor of `async` or `main` work. */
export function createInlineExecutor(kind: 'async' | 'main', options: InlineOptions = {}): Executor {
  const { warn = () => {}, soon = queueMicrotask, outside } = options
  const { lag = new LoopLag(warn), configuration } = options
  let undoRejections: Undo | null = null
  /** Watchers by treatment of uncaught errors: a run keeps the treatment that applied when it started. */
  const uncaught = new Map<OnUncaught, Undo>()
  return {
    kind,
    isExclusive: kind === 'main',
    execute(work, args, context, settle) {
      const other = outside?.(work) ?? null
      if (other !== null) return other.execute(work, args, context, settle)
      undoRejections ??= watchRejections()
      const how = configuration?.settings.onUncaught ?? 'exit'
      if (!uncaught.has(how)) uncaught.set(how, watchUncaught(how))
      // All runs launched at one instant start before any of them is settled, which reduces the lateness of the last.
      const settleSoon: typeof settle = (settlement) => soon(() => settle(settlement))
      return executeInline(work as InlineWork, args, context, kind === 'main' ? settle : settleSoon, {
        warn,
        lag,
        how,
      })
    },
    close() {
      lag.stop()
      undoRejections?.()
      undoRejections = null
      for (const undo of uncaught.values()) undo()
      uncaught.clear()
    },
  }
}

function executeInline(
  work: InlineWork,
  args: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  settle: (settlement: Settlement) => void,
  { warn, lag, how }: { readonly warn: Warn; readonly lag: LoopLag; readonly how: OnUncaught },
): ExecutionHandle | undefined {
  const { task, runId, run } = context
  let isSettled = false
  const end = (settlement: Settlement): void => {
    lag.end(context)
    if (isSettled) return
    isSettled = true
    settle(settlement)
  }
  const onUnhandled = (error: unknown): void => {
    const isOurAbort = context.signal.aborted && context.signal.reason === error
    if (!isOurAbort)
      warn(
        'unhandled-rejection',
        `A promise of a run of task '${task}' was rejected and not handled. Await the promise in the work, or catch its error.`,
        {
          task,
          error,
        },
      )
    // The run has failed; without a session the process would have.
    end(rejectionOf(error))
  }
  const onUncaught = (error: unknown): boolean => {
    const isOurAbort = context.signal.aborted && context.signal.reason === error
    if (how === 'exit' || !isOurAbort) warn('uncaught', sayUncaught(task, runId, how), { task, error })
    if (how === 'exit') return false
    end(rejectionOf(error))
    return true
  }
  const inside = { task, runId, onUnhandled, onUncaught }
  // Most work has no args.
  const parts = Object.keys(args).length === 0 ? null : partArgs(args)
  try {
    const result = lag.measure(task, () =>
      parts === null
        ? currentRun.run(inside, work, args, run)
        : currentRun.run(inside, async () => {
            const all = await makeArgs(parts.given, parts.makers, run)
            return lag.measure(task, () => work(all, run))
          }),
    )
    if (!isPromise(result)) end(settlementOf(result))
    else {
      lag.begin(context, task)
      result.then(
        (value) => end(settlementOf(value)),
        (error) => end(rejectionOf(error)),
      )
    }
  } catch (error) {
    end(rejectionOf(error))
  }
  return undefined
}

function sayUncaught(task: string, runId: string, how: OnUncaught): string {
  const what = `Run ${runId} of task '${task}' threw an uncaught error from a timer or an event`
  return how === 'fail'
    ? `${what}: the run fails, unless it has ended, and the process continues.`
    : `${what}: Node ends the process. Catch the error in the work, or set onUncaught: 'fail' to let only the run fail.`
}

/** Converts a return value to a settlement: a success, unless it is an inaction. */
export function settlementOf(value: unknown): Settlement {
  return isInaction(value) ? inactionOf(value) : { kind: 'returned', value }
}

/** Converts a thrown value to a settlement: a failure, unless it is an inaction. */
export function rejectionOf(error: unknown): Settlement {
  return isInaction(error) ? inactionOf(error) : { kind: 'threw', error }
}

function inactionOf(inaction: SkipRun): Settlement {
  return inaction.reason === undefined ? { kind: 'inaction' } : { kind: 'inaction', reason: inaction.reason }
}
