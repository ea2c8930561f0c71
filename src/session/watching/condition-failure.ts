/** Reports of conditions that cannot be evaluated. */
import { ConditionError } from '../../errors/errors.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** Reports the failure of a condition of a task, or of the shut condition (null). */
export function reportConditionFailure(reporter: Reporter, entry: TaskEntry | null, cause: unknown): void {
  const task = entry?.name
  const about = task === undefined ? 'The shut condition' : `A condition of task '${task}'`
  const error = new ConditionError(`${about} failed.`, task === undefined ? {} : { task }, { cause })
  // Without its shut condition the session would never end.
  if (task === undefined) reporter.failFatally(error)
  else reporter.fail('condition', `${about} failed.`, { task, error })
}
