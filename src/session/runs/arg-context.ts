/** What args are made from, for one run or one look at a condition. */
import type { ArgContext } from '../../args/arg.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** The surroundings of a task in its session. The signal is asked for only when an arg needs it. */
export function argContextOf(core: Core, entry: TaskEntry | null, signal: () => AbortSignal): ArgContext {
  return {
    session: core.session,
    get task() {
      return entry === null ? null : core.handleOf(entry)
    },
    params: core.params,
    options: core.options,
    clock: core.clock,
    logger: core.logger,
    get signal() {
      return signal()
    },
    returns: (task) => {
      // A task that is gone may still have a return; one that never was is an error with near names.
      if (!core.returns.has(task)) core.entry(task)
      const lost = core.lostReturns.get(task)
      return {
        exists: core.returns.has(task),
        value: core.returns.get(task),
        ...(lost === undefined ? {} : { lost }),
      }
    },
    param: (name) => ({ exists: core.params.has(name), value: core.params.get(name) }),
    taskNamed: (task) => core.handleOf(core.entry(task)),
    tellSecret: (value) => core.redactor?.tell(value),
    env: process.env,
    argv: process.argv.slice(2),
  }
}
