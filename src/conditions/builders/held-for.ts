/** A condition that must have held for a given time. */
import { atDoor } from '../../errors/at-door.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import { type CheckedInput, Condition, type ConditionInput, heldNodeOf, toNode } from '../condition.ts'

/**
 * The condition has held, without interruption, for at least so long: true once it has, false as soon as it does not hold.
 * In a statement it is `<condition> for <duration>`: `param 'cpu' is 'hot' for 30 seconds`, `(daily & ~hourly) for 5 minutes`.
 *
 * The time is elapsed time of the session: a clock that is set does not move it, and after a restart it begins anew, since
 * nobody knows what was so in between. Where the calendar alone decides (`timeOfDay.between('08:00', '16:00')`) it is read from
 * the calendar, also after a restart. Throws a `RangeError` for a duration that is not longer than 0.
 *
 * @example
 * ```ts
 * app.task('cool', every('5 minutes').and(heldFor(() => process.memoryUsage().rss > 1e9, '30 seconds')), () => {})
 * heldFor(paramIs('cpu', 'hot'), '30 seconds').toString() // "param 'cpu' is 'hot' for 30 seconds"
 * ```
 */
export function heldFor<const I extends ConditionInput>(
  condition: CheckedInput<I>,
  length: DurationInput | (string & {}),
): Condition {
  return atDoor(heldFor, () => new Condition(heldNodeOf(toNode(condition), length)))
}
