/** Combinations of conditions. */
import { atDoor } from '../../errors/at-door.ts'
import {
  type CheckedInput,
  type CheckedInputs,
  Condition,
  type ConditionInput,
  toNode,
} from '../condition.ts'
import { allOf, anyOf, type ConditionNode, falseNode, notOf, trueNode } from '../node.ts'

/**
 * A condition that always holds. As a start: run as often as possible.
 *
 * @example
 * ```ts
 * app.task('poll', always, () => {}) // again and again, `relaunchDelay` apart
 * ```
 */
export const always = new Condition(trueNode)

/**
 * A condition that never holds. As a start: manual runs only.
 *
 * @example
 * ```ts
 * app.task('by-hand', never, () => {})
 * ```
 */
export const never = new Condition(falseNode)

/**
 * All of the conditions hold: `a & b`. Takes the same inputs as the start of a task: conditions, statements, booleans,
 * functions and Observables. Throws a `TypeError` without conditions.
 *
 * @example
 * ```ts
 * all(daily.after('07:00'), afterSuccess('fetch'))
 * ```
 */
export function all<const I extends readonly ConditionInput[]>(...conditions: CheckedInputs<I>): Condition {
  return atDoor(all, () => new Condition(allOf(nodesOf(conditions, 'all'))))
}

/**
 * At least one of the conditions holds: `a | b`. Takes the same inputs as {@link all}. Throws a `TypeError` without
 * conditions.
 *
 * @example
 * ```ts
 * any(daily.after('07:00'), afterSuccess('fetch')).toString() // "daily after 07:00 | after task 'fetch' succeeded"
 * ```
 */
export function any<const I extends readonly ConditionInput[]>(...conditions: CheckedInputs<I>): Condition {
  return atDoor(any, () => new Condition(anyOf(nodesOf(conditions, 'any'))))
}

/**
 * The condition does not hold: `~a`. Takes the same inputs as {@link all}.
 *
 * @example
 * ```ts
 * daily.and(not(running('import'))).toString() // "daily & ~task 'import' is running"
 * ```
 */
export function not<const I extends ConditionInput>(condition: CheckedInput<I>): Condition {
  return atDoor(not, () => new Condition(notOf(toNode(condition))))
}

function nodesOf(conditions: readonly unknown[], word: string): readonly ConditionNode[] {
  if (conditions.length > 0) return conditions.map((condition) => toNode(condition))
  throw new TypeError(`Cannot combine conditions with ${word}() as there must be at least one: none`)
}
