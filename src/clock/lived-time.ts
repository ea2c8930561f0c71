/**
 * Time limits for responses of the system (a write, the end of a process). A stopped process (SIGSTOP, a suspended
 * terminal, a debugger) receives no response, and the responding process may be stopped with it, so that time does not
 * count.
 */
import type { Clock, Undo } from './clock.ts'

/** Number of steps in which the limit elapses. */
const stepCount = 10
/** A step that is late by at most this duration, or by its own length, counts as completed while the process ran. */
const lateStepMs = 250

/** Calls after the process has run for `ms`. A late step counts only its own length, and is never the last one. */
export function callAfterLived(
  clock: Pick<Clock, 'monotonic' | 'callAfter'>,
  ms: number,
  call: () => void,
): Undo {
  const stepMs = Math.max(1, ms / stepCount)
  let leftMs = ms
  let undo: Undo = () => {}
  const step = (): void => {
    const began = clock.monotonic()
    undo = clock.callAfter(stepMs, () => {
      const lateMs = clock.monotonic() - began - stepMs
      leftMs -= stepMs
      if (leftMs > 0 || lateMs > Math.max(stepMs, lateStepMs)) step()
      else call()
    })
  }
  step()
  return () => undo()
}
