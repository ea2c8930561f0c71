/** The flush of run logs at the exit of the process, with one listener for all sessions. */
import type { Undo } from '../../clock/clock.ts'
import type { Core } from '../state/session-state.ts'

const cores = new Set<Core>()

/** Writes the waiting entries of the session's log when the process exits. Returns a function that undoes this. */
export function flushAtExit(core: Core): Undo {
  if (cores.size === 0) process.on('exit', flushAll)
  cores.add(core)
  return () => {
    cores.delete(core)
    if (cores.size === 0) process.off('exit', flushAll)
  }
}

function flushAll(): void {
  for (const core of cores) {
    try {
      core.log.flushSync()
    } catch (error) {
      core.warn('log', 'The run log could not be written at the exit of the process.', { error })
    }
  }
}
