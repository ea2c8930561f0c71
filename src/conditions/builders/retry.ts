/** Retry condition with limit and backoff. */
import { type Action, actions, isAction } from '../../../machines/protocol.ts'
import { atDoor } from '../../errors/at-door.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import type { RetryTest } from '../node.ts'

/**
 * Spacing of retries, and the failures that are retried.
 *
 * @example
 * ```ts
 * const gently: RetryOptions = { delay: '10 seconds', factor: 2, max: '5 minutes', jitter: 0.1 }
 * daily.or(retry(5, gently))
 * ```
 */
export interface RetryOptions {
  /** Delay of the first retry; default: none. */
  readonly delay?: DurationInput | (string & {})
  /** Factor from each delay to the next; default: 1. */
  readonly factor?: number
  /** Maximum delay. */
  readonly max?: DurationInput | (string & {})
  /** Relative variation of each delay, from 0 to 1; default: 0. */
  readonly jitter?: number
  /** Outcomes that are retried; default: only `fail`. */
  readonly on?: readonly Action[]
  /**
   * Decides whether a failure is retried. Receives the error as data (`name`, `message`, `code`) and the number of
   * consecutive failures. Default: always. A function has no statement form: the condition prints, but its text cannot
   * be parsed back.
   */
  readonly when?: RetryTest
}

/**
 * True after a failure, for up to `times` further runs (default: unlimited). Combine it with the start that it retries:
 * `daily.or(retry(3))`. Only a success resets the number of consecutive failures: a task that always fails is retried
 * on the first day and not on the next. The second example retries again each day.
 *
 * @example
 * ```ts
 * daily.or(retry(3, { delay: '10 seconds', factor: 2, max: '5 minutes', jitter: 0.1 }))
 * daily.or(retry().and(failed().today.atMost(3)))
 * daily.or(retry(3, { when: (error) => error?.code === 'ECONNRESET' }))
 * ```
 */
export function retry(times: number = Number.POSITIVE_INFINITY, options: RetryOptions = {}): Condition {
  return atDoor(retry, () => retryOf(times, options))
}

function retryOf(times: number, options: RetryOptions): Condition {
  if (typeof times !== 'number' || Number.isNaN(times))
    throw new TypeError(`Cannot retry as 'times' must be a number: ${String(times)}`)
  // Rocketry's notation for "unlimited".
  const limit = times === -1 ? Number.POSITIVE_INFINITY : times
  if (limit < 0 || (limit !== Number.POSITIVE_INFINITY && !Number.isInteger(limit)))
    throw new RangeError(`Cannot retry as 'times' must be a whole number of at least 0: ${times}`)
  checkOptions(options, ['delay', 'factor', 'max', 'jitter', 'on', 'when'], 'options of retry()')
  const { factor = 1, jitter = 0, on = ['fail'] } = options
  if (typeof factor !== 'number' || !(factor >= 1))
    throw new RangeError(`Cannot retry as 'factor' must be at least 1: ${String(factor)}`)
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 1))
    throw new RangeError(`Cannot retry as 'jitter' must be from 0 to 1: ${String(jitter)}`)
  const odd = on.find((action) => !isAction(action))
  if (odd !== undefined)
    throw new RangeError(`Cannot retry as 'on' must list ${actions.join(', ')}: ${String(odd)}`)
  if (options.when !== undefined && typeof options.when !== 'function')
    throw new TypeError(`Cannot retry as 'when' must be a function: ${String(options.when)}`)
  const delayMs = options.delay === undefined ? 0 : toDurationMs(options.delay)
  const node = Object.freeze({
    kind: 'retry' as const,
    times: limit,
    on: Object.freeze([...on]),
    delayMs,
    factor,
    maxDelayMs: options.max === undefined ? Number.POSITIVE_INFINITY : toDurationMs(options.max),
    jitter,
    ...(options.when === undefined ? {} : { when: options.when }),
  })
  return new Condition(node)
}
