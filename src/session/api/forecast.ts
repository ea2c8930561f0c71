/** Types of a forecast: its options, its result, and the assumptions behind it. */
import type { DateTime } from 'luxon'
import type { RunTrigger } from '../../../machines/protocol.ts'
import type { Instant } from '../../time/zone/zone.ts'

/**
 * Options of `session.forecast()`, all optional. An unknown key is a `TypeError`.
 *
 * @example
 * ```ts
 * const options: ForecastOptions = { until: '2027-01-01', limit: 50 }
 * await session.forecast(options)
 * ```
 */
export interface ForecastOptions {
  /**
   * The end of the forecast, excluded: a `DateTime`, epoch ms, or ISO 8601 (without an offset: in the session's zone).
   * Default: 24 hours from now. A `RangeError` unless it is later than now.
   */
  readonly until?: Instant
  /** The maximum number of runs; default 1000. */
  readonly limit?: number
  /** Cancels the forecast, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Forecasts a paused session as if it were resumed now. Default false: nothing launches in a paused session. */
  readonly asIfResumed?: boolean
}

/**
 * The runs that follow from the passage of time alone, up to a given instant.
 *
 * Assumptions: each run succeeds and takes the median runtime of the task's past successes (without past successes it takes no
 * time, or never ends if the task is permanent); functions and streams in conditions keep their current values; params do not
 * change; no manual runs are requested. A paused session stays paused, unless `asIfResumed` is true. A stopped session is
 * simulated as if it were started now (without a history, if its store was never opened).
 *
 * @example
 * ```ts
 * const { runs, isComplete, notForecastable }: Forecast = await session.forecast()
 * for (const { at, task, because } of runs) console.log(at.toISO(), task, because)
 * ```
 */
export interface Forecast {
  /** The start of the forecast: now, in the session's zone. */
  readonly from: DateTime
  /** The end of the forecast, in the session's zone: the requested end, or the instant at which the limit cut it. */
  readonly until: DateTime
  /** True if the forecast reaches the requested end. */
  readonly isComplete: boolean
  /** The instant at which the shut condition stops the session; null if that is not before `until`. */
  readonly stopsAt: DateTime | null
  /** Runs, ordered by start. */
  readonly runs: readonly PlannedRun[]
  /** Functions and streams in conditions that are assumed to keep their values. */
  readonly assumed: readonly Assumption[]
  /**
   * Unpredictable parts, which are left out or keep their current value: event streams, cycle counts, results that are still
   * pending, the end of a pause.
   */
  readonly notForecastable: readonly NotForecastable[]
}

/**
 * A run in a forecast.
 *
 * @example
 * ```ts
 * const line = ({ at, task, because }: PlannedRun): string => `${at.toISO()} ${task} (${because})`
 * console.log((await session.forecast()).runs.map(line).join('\n'))
 * ```
 */
export interface PlannedRun {
  readonly task: string
  /** The start of the run, in the task's zone. */
  readonly at: DateTime
  /** The instant from which the condition holds, in the task's zone; null for manual runs and for runs at start-up. */
  readonly dueAt: DateTime | null
  /** The expected duration, ms; `Infinity` for a run that does not end by itself. */
  readonly runtimeMs: number
  readonly trigger: RunTrigger
  /** The statement that holds (of alternatives, the first that holds), or another reason as text. */
  readonly because: string
}

/**
 * A part of a condition that is assumed to keep its value.
 *
 * @example
 * ```ts
 * const line = ({ task, statement, value }: Assumption): string => `${task ?? 'session'}: ${statement} stays ${value}`
 * console.log((await session.forecast()).assumed.map(line).join('\n'))
 * ```
 */
export interface Assumption {
  /** The task of the condition; null for the shut condition. */
  readonly task: string | null
  readonly statement: string
  readonly value: boolean
}

/**
 * An unpredictable part of a condition, or an obstacle that only a command or the store removes.
 *
 * @example
 * ```ts
 * const line = ({ task, statement, reason }: NotForecastable): string => `${task ?? 'session'}: ${statement}: ${reason}`
 * console.log((await session.forecast()).notForecastable.map(line).join('\n'))
 * ```
 */
export interface NotForecastable {
  /** The task of the condition; null for the shut condition and for the session as a whole. */
  readonly task: string | null
  readonly statement: string
  readonly reason: string
}
