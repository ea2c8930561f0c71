/** The state of a session as one word: users, metrics and pages see no nested state value. */
import type { SnapshotFrom } from 'xstate'
import type { sessionMachine } from '../../../machines/session.machine.ts'
import type { SessionState } from '../api/session-parts.ts'

/** The word for a state value of the session machine. */
export function toSessionState(value: SnapshotFrom<typeof sessionMachine>['value']): SessionState {
  // A session that waits for its turn is about to start.
  if (typeof value === 'string') return value === 'standby' ? 'starting' : value
  if ('running' in value) return value.running === 'held' ? 'held' : 'running'
  return 'starting' in value ? 'starting' : 'stopping'
}
