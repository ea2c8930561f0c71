/**
 * Time limits for answers of the machine (a write, the end of a process). A stopped process (SIGSTOP, a
 * suspended terminal, a debugger) receives no answer, and the answering process may be stopped with it, so
 * that time does not count.
 */
import type { Clock, Undo } from './clock.ts'

/** The number of steps in which the limit elapses. */
const stepCount = 10
/** A step may be late by so much, or by its own length, and is still one that was lived through. */
const lateStepMs = 250

/**
 * Calls when the process has lived for `ms`: a step that ends late counts no more than its own length, and is not the last.
 */
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
