/**
 * Errors that a run throws where nothing catches them: from a timer or an event, when its promise can no
 * longer reject with them. Node ends the process at such an error. The session's options decide what happens;
 * the report always names the run.
 */
import type { Undo } from '../../clock/clock.ts'
import { insideRun } from '../current-run.ts'

/**
 * What an error does that a run throws out of a timer or an event: `exit` leaves it to Node, which ends the process; with `fail`
 * the run fails and the process goes on.
 *
 * @example
 * ```ts
 * const onUncaught: OnUncaught = 'fail'
 * createApp({ onUncaught })
 * ```
 */
export type OnUncaught = 'exit' | 'fail'

const watchers = { exit: 0, fail: 0 }

/** Tells runs of such errors until undone: with `exit` they are only told, with `fail` they may take them. */
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
  // It is called before all other listeners, and changes nothing.
  else process.on('uncaughtExceptionMonitor', tell)
}

function stopListening(how: OnUncaught): void {
  if (how === 'fail') process.off('uncaughtException', offer)
  else process.off('uncaughtExceptionMonitor', tell)
}

function tell(error: unknown): void {
  if (watchers.fail === 0) insideRun()?.onUncaught?.(error)
}

function offer(error: unknown): void {
  if (insideRun()?.onUncaught?.(error) === true) return
  // Another listener replaces Node's default, as it would without us.
  if (process.listenerCount('uncaughtException') > 1) return
  // Nobody does: thrown once more while we do not listen, it ends the process in Node's own way.
  process.off('uncaughtException', offer)
  process.nextTick(() => {
    throw error
  })
}
