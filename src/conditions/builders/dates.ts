/** Limits of a schedule: once at a date, within periods and dates, and a maximum number of runs. */
import { atDoor } from '../../errors/at-door.ts'
import { showValue } from '../../errors/show-value.ts'
import { dated, toDate } from '../../time/date-range.ts'
import { type DurationInput, printDuration, toDurationMs } from '../../time/duration/duration.ts'
import { parseTime } from '../../time/parse-period.ts'
import { Period } from '../../time/period.ts'
import type { Instant } from '../../time/zone/zone.ts'
import { Condition } from '../condition.ts'
import { allOf, anyOf, type ConditionNode, falseNode, notOf, trueNode, withText } from '../node.ts'

/** A date: text without an offset is read in the zone of the task. */
type DateInput = Instant

/** True while fewer runs than the limit have started in the period. */
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
 * Once, at a date or as soon as possible after it: true until the task has started since then.
 *
 * @example
 * ```ts
 * app.task('greet', once('2026-12-24 18:00'), greet)
 * ```
 */
export function once(at: DateInput): Condition {
  return atDoor(once, () => {
    const period = dated({ from: at })
    const node = allOf([from(at).node, fewerStarts(period, 1)])
    return new Condition(withText(node, `once at ${toDate(at)}`))
  })
}

/**
 * Once, at the given delay after a task receives this condition; `in 10 minutes` in a statement.
 *
 * The instant is computed on the session's clock when the task is added or updated. From then on the condition is, and
 * prints as, `once at <that instant>`, so that a restart of the session keeps it. A program that adds the task again
 * when it starts begins a new delay; if that run must not be repeated, use {@link once} with a date, or store the
 * printed statement.
 *
 * @example
 * ```ts
 * run.session.createTask('remind', onceIn('10 minutes'), remind)
 * ```
 */
export function onceIn(delay: DurationInput | (string & {})): Condition {
  return atDoor(onceIn, () => {
    const inMs = toDurationMs(delay)
    if (inMs < 0)
      throw new RangeError(`Cannot use onceIn() as its delay must not be negative: ${printDuration(inMs)}`)
    const text = `in ${printDuration(inMs)}`
    return new Condition(Object.freeze({ kind: 'constant', value: false, inMs, text }))
  })
}

/** Converts every `in 10 minutes` of the condition to a date, from an instant. */
export function resolvedAt(now: number, node: ConditionNode): ConditionNode {
  if (node.kind === 'constant' && node.inMs !== undefined) return once(now + node.inMs).node
  if (node.kind === 'not') {
    const inner = resolvedAt(now, node.node)
    return inner === node.node ? node : notOf(inner)
  }
  if (node.kind === 'held') {
    const inner = resolvedAt(now, node.node)
    return inner === node.node ? node : Object.freeze({ ...node, node: inner })
  }
  if (node.kind !== 'all' && node.kind !== 'any') return node
  const nodes = node.nodes.map((part) => resolvedAt(now, part))
  if (nodes.every((part, place) => part === node.nodes[place])) return node
  return node.kind === 'all' ? allOf(nodes) : anyOf(nodes)
}

/**
 * From a date on. Text without an offset is read in the task's zone.
 *
 * @example
 * ```ts
 * daily.and(from('2027-01-01'), until('2027-07-01'))
 * ```
 */
export function from(date: DateInput): Condition {
  return atDoor(from, () => new Condition(withText(inPeriod(dated({ from: date })), `from ${toDate(date)}`)))
}

/**
 * Until a date, which is excluded. Text without an offset is read in the task's zone.
 *
 * @example
 * ```ts
 * every('1 hour').and(until('2027-01-01'))
 * ```
 */
export function until(date: DateInput): Condition {
  return atDoor(
    until,
    () => new Condition(withText(inPeriod(dated({ until: date })), `until ${toDate(date)}`)),
  )
}

/**
 * Now is in the period, which may be any expression of the calendar. It does not consider runs: together with
 * {@link every} or `daily` it restricts them. In a statement it is `during '…'` with the text of a period.
 *
 * @example
 * ```ts
 * hourly.and(during(cycle('day', { between: ['08:00', '16:00'] }).or(cycle('week', { on: 'Sat' }))))
 * parse("hourly & during 'time of day between 08:00 and 16:00 | time of week on Sat'")
 * ```
 */
export function during(period: Period | string): Condition {
  const given = atDoor(during, () => {
    if (typeof period === 'string') return parseTime(period)
    if (period instanceof Period) return period
    throw new TypeError(
      `Cannot use that with during() as it must be a period or text such as 'time of day after 07:00': ${showValue(period)}`,
    )
  })
  if (given.kind === 'always') return new Condition(trueNode)
  return new Condition(given.kind === 'never' ? falseNode : inPeriod(given))
}

/**
 * Fewer runs of the task than the limit have ever started: together with a start condition, it limits the number of
 * runs.
 *
 * @example
 * ```ts
 * hourly.and(atMostRuns(5))
 * ```
 */
export function atMostRuns(limit: number): Condition {
  if (!Number.isInteger(limit) || limit < 1)
    atDoor(atMostRuns, () => {
      throw new RangeError(
        `Cannot limit runs as the limit must be a whole number of at least 1: ${String(limit)}`,
      )
    })
  const words = `at most ${limit} ${limit === 1 ? 'run' : 'runs'}`
  return new Condition(withText(fewerStarts(null, limit), words))
}
