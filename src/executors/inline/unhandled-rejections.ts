/**
 * Unhandled rejections of runs. Node ends the process at the first; within a run only the run fails, as the process also serves
 * others.
 */
import type { Undo } from '../../clock/clock.ts'
import { insideRun } from '../current-run.ts'

let watchers = 0

/**
 * Reports unhandled rejections to their runs, until undone. A rejection that belongs to no run is left to other listeners; if
 * there are none it ends the process, as it would without this listener.
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
  const error = isError(reason)
    ? reason
    : new Error(`A promise was rejected with a value that is not an error: ${show(reason)}`)
  const mode = modeOfNode()
  if (mode === 'none') return
  if (mode.startsWith('warn')) process.emitWarning(error)
  else throw error
}

/** The value of Node's option `--unhandled-rejections`: a listener replaces Node's own treatment. */
function modeOfNode(): string {
  const options = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`
  return [...options.matchAll(/--unhandled-rejections[= ]([\w-]+)/g)].at(-1)?.[1] ?? 'throw'
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
