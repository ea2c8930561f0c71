/** The words of a forecast: what is asked, what is told, and what was assumed. */
import type { DateTime } from 'luxon'
import type { RunTrigger } from '../../../machines/protocol.ts'
import type { Instant } from '../../time/zone/zone.ts'

/**
 * How far a forecast looks.
 *
 * @example
 * ```ts
 * const options: ForecastOptions = { until: '2027-01-01', limit: 50 }
 * await session.forecast(options)
 * ```
 */
export interface ForecastOptions {
  /** Up to this instant, excluded; text without an offset is read in the session's zone. Default: 24 hours from now. */
  readonly until?: Instant
  /** At most so many runs; default 1000. */
  readonly limit?: number
  /** Ends the forecast: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Look ahead as if a session that is held were resumed now; default false: of a held session no run is foreseen. */
  readonly asIfResumed?: boolean
}

/**
 * What will run if nothing but time happens.
 *
 * Assumed is: each run succeeds and takes as long as the median of the task's past successes (no time if there are none;
 * a permanent task without any goes on for ever); functions and streams in conditions say what they say now; params stay;
 * nobody asks for runs. A session that is held stays held, unless `asIfResumed` is given; one that is stopped is looked at as
 * if it were started now (of a store that was never opened nothing is known).
 *
 * @example
 * ```ts
 * const { runs, isComplete, notForecastable }: Forecast = await session.forecast()
 * for (const { at, task, because } of runs) console.log(at.toISO(), task, because)
 * ```
 */
export interface Forecast {
  readonly from: DateTime
  /** How far it was played: what was asked for, or where the limit cut it. */
  readonly until: DateTime
  /** Whether it was played as far as was asked for. */
  readonly isComplete: boolean
  /** When the session's shut condition would end it; null if it does not until then. */
  readonly stopsAt: DateTime | null
  /** In the order of their starts. */
  readonly runs: readonly PlannedRun[]
  /** What was taken to stay as it is: functions and streams in conditions. */
  readonly assumed: readonly Assumption[]
  /**
   * What can't be foreseen, and is left out or held as it is: event streams, numbers of cycles, answers not given yet, the
   * end of a hold.
   */
  readonly notForecastable: readonly NotForecastable[]
}

/**
 * A run that is to come.
 *
 * @example
 * ```ts
 * const line = ({ at, task, because }: PlannedRun): string => `${at.toISO()} ${task} (${because})`
 * console.log((await session.forecast()).runs.map(line).join('\n'))
 * ```
 */
export interface PlannedRun {
  readonly task: string
  /** When it starts, in the task's zone. */
  readonly at: DateTime
  /** When its condition begins to hold; null for runs by hand and at start-up. */
  readonly dueAt: DateTime | null
  /** How long it is expected to take; Infinity for one that does not end by itself. */
  readonly runtimeMs: number
  readonly trigger: RunTrigger
  /** The statement that holds by then (of several alternatives the one that does), or what else asks for it. */
  readonly because: string
}

/**
 * A part of a condition that was asked once. `task` is null for the shut condition.
 *
 * @example
 * ```ts
 * const line = ({ task, statement, value }: Assumption): string => `${task ?? 'session'}: ${statement} stays ${value}`
 * console.log((await session.forecast()).assumed.map(line).join('\n'))
 * ```
 */
export interface Assumption {
  readonly task: string | null
  readonly statement: string
  readonly value: boolean
}

/**
 * A part of a condition that nobody can foresee. `task` is null for the shut condition.
 *
 * @example
 * ```ts
 * const line = ({ task, statement, reason }: NotForecastable): string => `${task ?? 'session'}: ${statement}: ${reason}`
 * console.log((await session.forecast()).notForecastable.map(line).join('\n'))
 * ```
 */
export interface NotForecastable {
  readonly task: string | null
  readonly statement: string
  readonly reason: string
}
