/** Once at a date, from and until dates, and at most so many runs: what bounds a schedule. */
import { dated, toDate } from '../time/dated.ts'
import type { Period } from '../time/period.ts'
import type { Instant } from '../time/zone.ts'
import { Condition } from './condition.ts'
import { allOf, type ConditionNode, withText } from './node.ts'

/** A date: text without an offset is read in the zone of the task. */
type DateInput = Instant

/** Fewer runs than this have started in the period. */
const fewerStarts = (period: Period | null, limit: number): ConditionNode =>
  Object.freeze({
    kind: 'count',
    task: null,
    actions: Object.freeze(['run'] as const),
    period,
    compare: Object.freeze({ lessThan: limit }),
  })

const inPeriod = (period: Period): ConditionNode => Object.freeze({ kind: 'period', period })

/**
 * Once, at a date or as soon as possible after it: until the task has started since then.
 *
 * @example
 * ```ts
 * app.task('greet', once('2026-12-24 18:00'), greet)
 * ```
 */
export function once(at: DateInput): Condition {
  const period = dated({ from: at })
  const node = allOf([inPeriod(period), fewerStarts(period, 1)])
  return new Condition(withText(node, `once at ${toDate(at)}`))
}

/**
 * From a date on.
 *
 * @example
 * ```ts
 * daily.and(from('2027-01-01'), until('2027-07-01'))
 * ```
 */
export function from(date: DateInput): Condition {
  return new Condition(inPeriod(dated({ from: date })))
}

/** Up to a date, which is excluded. */
export function until(date: DateInput): Condition {
  return new Condition(inPeriod(dated({ until: date })))
}

/**
 * Fewer than so many runs of the task have ever started: with a start beside it, the task runs at most so often.
 *
 * @example
 * ```ts
 * hourly.and(atMostRuns(5))
 * ```
 */
export function atMostRuns(limit: number): Condition {
  if (!Number.isInteger(limit) || limit < 1)
    throw new RangeError(`Cannot limit runs as the number must be whole and from 1: ${String(limit)}`)
  const words = `at most ${limit} ${limit === 1 ? 'run' : 'runs'}`
  return new Condition(withText(fewerStarts(null, limit), words))
}
