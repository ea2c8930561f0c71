/** Conditions from conditions. */
import { Condition, type ConditionInput, toNode } from './condition.ts'
import { allOf, anyOf, falseNode, notOf, trueNode } from './node.ts'

/**
 * Holds at every instant. As a start: as often as possible.
 *
 * @example
 * ```ts
 * app.task('poll', always, () => {}) // again and again, `relaunchDelay` apart
 * ```
 */
export const always = new Condition(trueNode)

/**
 * Holds at no instant. As a start: only by hand.
 *
 * @example
 * ```ts
 * app.task('by-hand', never, () => {})
 * ```
 */
export const never = new Condition(falseNode)

/**
 * All of them hold: `a & b`.
 *
 * @example
 * ```ts
 * all(daily.after('07:00'), afterSuccess('fetch'))
 * ```
 */
export function all(...conditions: readonly ConditionInput[]): Condition {
  return new Condition(allOf(atLeastOne(conditions, 'all').map(toNode)))
}

/**
 * One of them holds: `a | b`. A `TypeError` if there is none.
 *
 * @example
 * ```ts
 * any(daily.after('07:00'), afterSuccess('fetch')).toString() // "daily after 07:00 | after task 'fetch' succeeded"
 * ```
 */
export function any(...conditions: readonly ConditionInput[]): Condition {
  return new Condition(anyOf(atLeastOne(conditions, 'any').map(toNode)))
}

/**
 * It does not hold: `~a`.
 *
 * @example
 * ```ts
 * daily.and(not(running('import'))).toString() // "daily & ~task 'import' is running"
 * ```
 */
export function not(condition: ConditionInput): Condition {
  return new Condition(notOf(toNode(condition)))
}

function atLeastOne(conditions: readonly ConditionInput[], word: string): readonly ConditionInput[] {
  if (conditions.length > 0) return conditions
  throw new TypeError(`Cannot combine conditions with ${word}() as there must be at least one: none`)
}
