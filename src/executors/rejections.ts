/**
 * Promises that nobody handles. Node ends the process at the first; within a run it is the run that has failed, and the
 * process belongs to others, too.
 */
import type { Undo } from '../clock.ts'
import { insideRun } from './inside-run.ts'

let watchers = 0

/**
 * Tells runs of their own unhandled rejections, until undone. What belongs to no run is left to other listeners, and where
 * there are none it ends the process as it would have without us.
 */
export function watchRejections(): Undo {
  if (watchers++ === 0) process.on('unhandledRejection', attribute)
  let watches = true
  return () => {
    if (!watches) return
    watches = false
    if (--watchers === 0) process.off('unhandledRejection', attribute)
  }
}

function attribute(reason: unknown): void {
  const onUnhandled = insideRun()?.onUnhandled
  if (onUnhandled !== undefined) return onUnhandled(reason)
  if (process.listenerCount('unhandledRejection') > 1) return
  throw reason instanceof Error
    ? reason
    : new Error(`A promise was rejected with no error: ${String(reason)}`)
}
