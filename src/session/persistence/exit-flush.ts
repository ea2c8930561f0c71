/** The flush of run logs at the exit of the process, with one listener for all sessions. */
import type { Undo } from '../../clock/clock.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { RunLog } from '../state/run-log.ts'

/** A session whose log is written at the exit. */
export interface Flushed {
  readonly reporter: Reporter
  readonly runLog: RunLog
}

const sessions = new Set<Flushed>()

/** Writes the waiting entries of the session's log when the process exits. Returns a function that undoes this. */
export function flushAtExit(session: Flushed): Undo {
  if (sessions.size === 0) process.on('exit', flushAll)
  sessions.add(session)
  return () => {
    sessions.delete(session)
    if (sessions.size === 0) process.off('exit', flushAll)
  }
}

function flushAll(): void {
  for (const { reporter, runLog } of sessions) {
    try {
      runLog.current.flushSync()
    } catch (error) {
      reporter.warn('log', 'The run log could not be written at the exit of the process.', { error })
    }
  }
}
