/** Stretches of time that a request may ask runs for: a wrong century must not queue a run for each of its seconds. */
import type { Task } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'

const maxRuns = 1_000
/** Where the next runs do not tell how often it runs. */
const maxMs = 400 * 86_400_000

/** The two ends, as they were sent. */
export interface TimeRange {
  readonly from: number | string
  readonly to: number | string
}

/** @throws Problem 422 for a stretch of more runs than may be asked for at once */
export function checkTimeRange(task: Task, { from, to }: TimeRange): void {
  const lengthMs = toMs(to) - toMs(from)
  const [first, second] = task.nextRuns(2)
  const stepMs =
    first === undefined || second === undefined ? Number.NaN : second.toMillis() - first.toMillis()
  const isTooLong = stepMs > 0 ? lengthMs / stepMs > maxRuns : lengthMs > maxMs
  if (isTooLong || Number.isNaN(lengthMs))
    throw new Problem(
      422,
      'stretch',
      `Cannot queue runs for that stretch as they may be about ${maxRuns} at most.`,
      {
        hint: 'Give two times as epoch ms or ISO 8601, and ask in parts.',
      },
    )
}

function toMs(time: number | string): number {
  return typeof time === 'number' ? time : Date.parse(time)
}
