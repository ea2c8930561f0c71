/** The state of a session or a task as one word, for users, metrics and pages, instead of a nested state value. */
import type { SnapshotFrom } from 'xstate'
import type { sessionMachine } from '../../../machines/session.machine.ts'
import type { taskMachine } from '../../../machines/task.machine.ts'
import type { SessionState } from '../api/session-parts.ts'
import type { TaskState } from '../api/task.ts'

/** The word for a state value of the session machine. */
export function toSessionState(value: SnapshotFrom<typeof sessionMachine>['value']): SessionState {
  // In `standby`, a deferred start follows.
  if (typeof value === 'string') return value === 'standby' ? 'starting' : value
  if ('running' in value) return value.running === 'held' ? 'held' : 'running'
  return 'starting' in value ? 'starting' : 'stopping'
}

/** The word for a state value of the task machine: the key of its top-level state. */
export function toTaskState(value: string | Readonly<Record<string, unknown>>): TaskState | 'removed' {
  return (typeof value === 'string' ? value : Object.keys(value)[0]) as TaskState | 'removed'
}

/** The phase of a task, which shows what its next run waits for; undefined for a removed task. */
export function toPhase(
  value: SnapshotFrom<typeof taskMachine>['value'],
): 'resting' | 'ready' | 'backingOff' | undefined {
  if (typeof value === 'string') return undefined
  if ('idle' in value) return value.idle
  return 'running' in value ? value.running : value.failed
}
