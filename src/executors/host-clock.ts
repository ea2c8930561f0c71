/** The machine's clock, for waits on the machine itself (such as the exit of a process), independent of the session's clock. */
import type { Clock } from '../clock/clock.ts'
import { callAfterLived } from '../clock/lived-time.ts'
import { createBackgroundClock, createSystemClock } from '../clock/system-clock.ts'
import { createDeferred } from '../values/deferred.ts'

export const realClock: Clock = createSystemClock()

/** A clock for observers: it does not keep the process alive. */
export const backgroundClock: Clock = createBackgroundClock()

/** Waits up to `ms` for `ending`: true once it has settled, false if it has not settled in time. Never rejects. */
export async function within(ms: number, ending: Promise<unknown>): Promise<boolean> {
  const late = createDeferred<boolean>()
  const undo = callAfterLived(realClock, ms, () => late.resolve(false))
  const ended = ending.then(
    () => true,
    () => true,
  )
  return Promise.race([ended, late.promise]).finally(undo)
}
