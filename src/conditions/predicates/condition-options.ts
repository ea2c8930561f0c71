/** Options of custom conditions. */
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { type ConditionInput, toNode } from '../condition.ts'
import { watchedHeldNodes } from '../evaluate/held.ts'
import { printNode } from '../evaluate/print.ts'
import type { ConditionNode } from '../node.ts'
import type { Limits } from './predicate-node.ts'

/**
 * Options for the evaluation of a custom condition. By default, it is evaluated with every evaluation of the conditions
 * that contain it, and at least every `pollEvery` of the session.
 *
 * @example
 * ```ts
 * const options: ConditionOptions = { validFor: '1 minute', concurrency: 4 }
 * const isUp = condition('{url} is up', options, async ({ url }) => (await fetch(url)).ok)
 * ```
 */
export interface ConditionOptions {
  /** Validity of a value: the function is called again after this duration, and not earlier. */
  readonly validFor?: DurationInput | (string & {})
  /**
   * The function is called when this condition holds; until then its last value remains valid. "This task" means the
   * evaluations themselves: `every('10 minutes')` is ten minutes after the last evaluation, `daily.after('07:00')` once
   * a day from seven on, `afterSuccess('fetch')` when `fetch` has succeeded since the last evaluation. With `validFor`,
   * an older value counts as false.
   */
  readonly refresh?: ConditionInput
  /** Maximum number of concurrent async evaluations of this condition, over all tasks and args; further ones wait. */
  readonly concurrency?: number
  /**
   * Place of execution: `thread` or `process` for work from a module (`moduleWork`), which then receives an
   * isolated run and no context. It does not count towards `maxThreads`. Default: this thread.
   */
  readonly execution?: 'thread' | 'process'
}

/** Converts options to limits. Throws a `TypeError` or a `RangeError` for invalid ones. */
export function limitsOf(options: ConditionOptions): Limits {
  checkOptions(options, ['validFor', 'refresh', 'concurrency', 'execution'], 'options of condition()')
  const { validFor, refresh, concurrency = Number.POSITIVE_INFINITY, execution = null } = options
  if (execution !== null && execution !== 'thread' && execution !== 'process')
    throw new RangeError(
      `Cannot create a condition as 'execution' must be 'thread' or 'process': ${String(execution)}`,
    )
  const validForMs = validFor === undefined ? null : toDurationMs(validFor)
  if (validForMs !== null && validForMs < 0)
    throw new RangeError(`Cannot create a condition as 'validFor' must not be negative: ${String(validFor)}`)
  if (!(concurrency >= 1) || (Number.isFinite(concurrency) && !Number.isInteger(concurrency)))
    throw new RangeError(
      `Cannot create a condition as 'concurrency' must be a whole number of at least 1: ${String(concurrency)}`,
    )
  return { validForMs, refresh: refresh === undefined ? null : refreshOf(refresh), concurrency, execution }
}

/** A refresh is not watched, so the time for which a condition has held is known only for calendar conditions. */
function refreshOf(refresh: ConditionInput): ConditionNode {
  const node = toNode(refresh)
  const watched = watchedHeldNodes(node)[0]
  if (watched === undefined) return node
  throw new TypeError(
    `Cannot create a condition as 'refresh' supports durations only of calendar conditions: '${printNode(watched)}'.`,
  )
}
