/** Limit of the time range of a backfill: a wrong century must not queue a run for each of its seconds. */
import type { Task } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'

const maxRuns = 1_000
/** Limit for tasks whose next runs do not show their frequency. */
const maxMs = 400 * 86_400_000

/** The two ends, as received: epoch ms or ISO 8601. */
export interface TimeRange {
  readonly from: number | string
  readonly to: number | string
}

/** @throws Problem 422 for a time range with too many runs for one request */
export function checkTimeRange(task: Task, { from, to }: TimeRange): void {
  const lengthMs = toMs(to) - toMs(from)
  const [first, second] = task.nextRuns(2)
  const stepMs =
    first === undefined || second === undefined ? Number.NaN : second.toMillis() - first.toMillis()
  const isTooLong = stepMs > 0 ? lengthMs / stepMs > maxRuns : lengthMs > maxMs
  if (isTooLong || Number.isNaN(lengthMs))
    throw new Problem(
      422,
      'time-range',
      `Cannot queue runs for that time range as a request may queue about ${maxRuns} at most.`,
      {
        hint: 'Give two times as epoch ms or ISO 8601, and split a long time range into several requests.',
      },
    )
}

function toMs(time: number | string): number {
  return typeof time === 'number' ? time : Date.parse(time)
}
