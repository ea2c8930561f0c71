/** The contexts that hooks, conditions and args receive. */
import type { ArgContext } from '../../args/arg.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Context } from '../api/hooks.ts'
import type { Session } from '../api/session.ts'
import type { Params } from '../api/session-parts.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { HandleOf } from '../state/ports.ts'
import type { Registry } from '../state/registry.ts'
import type { ReadonlyReturns } from '../state/returns.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'

export interface ContextDeps {
  readonly session: Session
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly registry: Registry
  readonly returns: ReadonlyReturns
  readonly runLog: RunLog
  readonly params: Params
  readonly handleOf: HandleOf
}

/** A signal that never aborts. */
export const neverAborted: AbortSignal = new AbortController().signal

/** The factory of contexts. The handle of the task and the signal are created on demand. */
export class Contexts {
  readonly #deps: ContextDeps

  constructor(deps: ContextDeps) {
    this.#deps = deps
  }

  /** The context of a hook or a condition; `entry` is null if it does not concern a task. */
  of(entry: TaskEntry | null, signal: AbortSignal = neverAborted): Context {
    const { session, params, configuration, clock, reporter, handleOf } = this.#deps
    return {
      session,
      params,
      options: configuration.options,
      clock,
      logger: reporter.logger,
      signal,
      get task() {
        return entry === null ? null : handleOf(entry)
      },
    }
  }

  /** The context of the args of a run or of a condition. */
  forArgs(entry: TaskEntry | null, signal: () => AbortSignal): ArgContext {
    const { session, params, configuration, clock, reporter, registry, returns, runLog, handleOf } =
      this.#deps
    return {
      session,
      get task() {
        return entry === null ? null : handleOf(entry)
      },
      params,
      options: configuration.options,
      clock,
      logger: reporter.logger,
      get signal() {
        return signal()
      },
      returns: (task) => {
        // A removed task may still have a return value. An unknown name throws an error that suggests similar names.
        if (!returns.has(task)) registry.entry(task)
        const lost = returns.whyLost(task)
        return {
          exists: returns.has(task),
          value: returns.get(task),
          ...(lost === undefined ? {} : { lost }),
        }
      },
      param: (name) => ({ exists: params.has(name), value: params.get(name) }),
      taskNamed: (task) => handleOf(registry.entry(task)),
      tellSecret: (value) => runLog.redactor?.tell(value),
      env: process.env,
      argv: process.argv.slice(2),
    }
  }
}
