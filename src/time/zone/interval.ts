/**
 * A range of time `[start, end)` in epoch milliseconds, the end excluded; an unlimited side is `±Infinity`.
 *
 * @example
 * ```ts
 * const hour: Interval = { start: 0, end: 3_600_000 }
 * ```
 */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** Creates a frozen {@link Interval}. `start` may equal `end` (an empty interval). Throws a `RangeError` if it is later. */
export function interval(start: number, end: number): Interval {
  if (!(start <= end)) {
    throw new RangeError(
      `Cannot make an interval as its start must not be later than its end: ${start}, ${end}.`,
    )
  }
  return Object.freeze({ start, end })
}

/** True if the intervals share an instant; adjacent ones do not. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end
}
