/** Public types of past moments. */
import type { DateTime } from 'luxon'
import type { TaskName } from '../../task-ref.ts'
import type { PastExplanation } from './explanation.ts'
import type { SessionState } from './session-parts.ts'
import type { TaskState } from './task.ts'

/**
 * A task at a past instant.
 *
 * @example
 * ```ts
 * const { tasks } = await session.at('2026-11-24T07:00')
 * const failed: PastTask[] = tasks.filter(({ state }) => state === 'failed')
 * ```
 */
export interface PastTask {
  readonly name: string
  /** The state, by the records of the log. */
  readonly state: TaskState
  readonly disabled: boolean
  /** The start condition as a statement. */
  readonly start: string
  readonly priority: number
  /** The number of live runs. */
  readonly live: number
}

/**
 * A session at a past instant, read-only.
 *
 * @example
 * ```ts
 * const moment: PastMoment = await session.at('2026-11-24T07:00')
 * console.log(moment.state, moment.params, (await moment.explain('report')).sentence)
 * ```
 */
export interface PastMoment {
  /** The instant, in the zone that the session had then. */
  readonly at: DateTime
  /** The state; `stopped` if the session was not running; null if that is not known. */
  readonly state: SessionState | null
  /** The facts that are not known, with the reasons; empty if all is known. */
  readonly unknown: readonly string[]
  /** The params. A value that the log masks is `(redacted)`; one that it lacks for another reason is undefined. */
  readonly params: Readonly<Record<string, unknown>>
  /** The tasks in the session; empty if it was not running, or if they are not known. */
  readonly tasks: readonly PastTask[]
  /** Explains a task as `task.explainAt()` does. Rejects with a `TaskNotFoundError` for a task that neither had nor has that name. */
  explain(task: TaskName): Promise<PastExplanation>
}
