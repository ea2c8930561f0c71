/**
 * A stretch of time `[start, end)` in epoch milliseconds, the end excluded; an open side is `±Infinity`.
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

/** A frozen {@link Interval}. `start` may equal `end` (an empty interval), never exceed it. */
export function interval(start: number, end: number): Interval {
  if (!(start <= end)) {
    throw new RangeError(
      `Cannot make an interval as its start must not be later than its end: ${start}, ${end}.`,
    )
  }
  return Object.freeze({ start, end })
}

/** True when the intervals share an instant; neighbours that only touch do not. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end
}
