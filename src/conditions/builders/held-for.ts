/** Conditions that must have held for a duration. */
import { atDoor } from '../../errors/at-door.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import { type CheckedInput, Condition, type ConditionInput, heldNodeOf, toNode } from '../condition.ts'

/**
 * The condition has held for at least the duration without interruption; false as soon as it does not hold.
 *
 * In a statement it is `<condition> for <duration>`: `param 'cpu' is 'hot' for 30 seconds`, `(daily & ~hourly) for 5
 * minutes`.
 *
 * The duration is elapsed time of the session: setting the clock does not change it, and it starts over after a
 * restart, as the condition is not observed while the session is stopped. If the calendar alone determines the
 * condition (`timeOfDay.between('08:00', '16:00')`), the duration is computed from the calendar, also after a restart.
 * Throws a `RangeError` for a duration that is not longer than 0.
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
