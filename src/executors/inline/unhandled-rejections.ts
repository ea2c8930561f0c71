/**
 * Promises that nobody handles. Node ends the process at the first; within a run it is the run that has failed, and the
 * process belongs to others, too.
 */
import type { Undo } from '../../clock/clock.ts'
import { insideRun } from '../current-run.ts'

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
  const error = isError(reason) ? reason : new Error(`A promise was rejected with no error: ${show(reason)}`)
  const mode = modeOfNode()
  if (mode === 'none') return
  if (mode.startsWith('warn')) process.emitWarning(error)
  else throw error
}

/** What Node was told to do about it: by listening we have taken its place. */
function modeOfNode(): string {
  const told = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`
  return [...told.matchAll(/--unhandled-rejections[= ]([\w-]+)/g)].at(-1)?.[1] ?? 'throw'
}

function isError(reason: unknown): reason is Error {
  try {
    return reason instanceof Error
  } catch {
    return false
  }
}

function show(reason: unknown): string {
  try {
    return String(reason)
  } catch {
    return 'a value that cannot be shown'
  }
}
