/**
 * Uncaught errors of runs: thrown from a timer or an event, when the run's promise can no longer reject with them. By default
 * Node ends the process then. The session's options decide what happens; the report always names the run.
 */
import type { Undo } from '../../clock/clock.ts'
import { insideRun } from '../current-run.ts'

/**
 * The treatment of an uncaught error that a run throws from a timer or an event: `exit` leaves it to Node, which ends the process;
 * with `fail` the run fails and the process continues.
 *
 * @example
 * ```ts
 * const onUncaught: OnUncaught = 'fail'
 * createApp({ onUncaught })
 * ```
 */
export type OnUncaught = 'exit' | 'fail'

const watchers = { exit: 0, fail: 0 }

/** Reports uncaught errors to their runs until undone: with `exit` runs are only notified, with `fail` they may handle the error. */
export function watchUncaught(how: OnUncaught): Undo {
  if (watchers[how]++ === 0) listen(how)
  let watches = true
  return () => {
    if (!watches) return
    watches = false
    if (--watchers[how] === 0) stopListening(how)
  }
}

function listen(how: OnUncaught): void {
  if (how === 'fail') process.on('uncaughtException', offer)
  // The monitor runs before all other listeners, and changes nothing.
  else process.on('uncaughtExceptionMonitor', notify)
}

function stopListening(how: OnUncaught): void {
  if (how === 'fail') process.off('uncaughtException', offer)
  else process.off('uncaughtExceptionMonitor', notify)
}

function notify(error: unknown): void {
  if (watchers.fail === 0) insideRun()?.onUncaught?.(error)
}

function offer(error: unknown): void {
  if (insideRun()?.onUncaught?.(error) === true) return
  // Another listener replaces Node's default, as it would without this one.
  if (process.listenerCount('uncaughtException') > 1) return
  // There is none: thrown again without this listener, the error ends the process in Node's own way.
  process.off('uncaughtException', offer)
  process.nextTick(() => {
    throw error
  })
}
