/** Once more after a failure, so often, after such a pause. */
import { type Action, actions, isAction } from '../../../machines/protocol.ts'
import { atDoor } from '../../errors/at-door.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import type { RetryTest } from '../node.ts'

/**
 * How retries are spaced and what counts as a failure.
 *
 * @example
 * ```ts
 * const gently: RetryOptions = { delay: '10 seconds', factor: 2, max: '5 minutes', jitter: 0.1 }
 * daily.or(retry(5, gently))
 * ```
 */
export interface RetryOptions {
  /** The pause before the first retry; default none. */
  readonly delay?: DurationInput | (string & {})
  /** Each pause is so many times the one before; default 1. */
  readonly factor?: number
  /** No pause is longer than this. */
  readonly max?: DurationInput | (string & {})
  /** The share, from 0 to 1, by which a pause may be shorter or longer; default 0. */
  readonly jitter?: number
  /** Which outcomes are retried; default only `fail`. */
  readonly on?: readonly Action[]
  /**
   * Whether such a failure is worth another run: told the error as data (`name`, `message`, `code`) and how many failures in
   * a row there are. Default: always. A function has no words: the condition prints, but its text does not read back.
   */
  readonly when?: RetryTest
}

/**
 * Holds after a failure, for up to `times` further runs (default: without limit). Combine it with the start that it
 * retries: `daily.or(retry(3))`. Failures are counted in a row, and only a success resets the count: a task that always
 * fails is retried on the first day and not on the next. The second example retries anew each day.
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
  // Rocketry's way to write "without end".
  const limit = times === -1 ? Number.POSITIVE_INFINITY : times
  if (limit < 0 || (limit !== Number.POSITIVE_INFINITY && !Number.isInteger(limit)))
    throw new RangeError(`Cannot retry as 'times' must be a whole number from 0: ${times}`)
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
