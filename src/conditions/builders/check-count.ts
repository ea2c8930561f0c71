/** Check of the numbers that counts are compared with. */

/** Returns a whole number of at least 0; throws a `RangeError` for others. */
export function checkCount(n: number): number {
  if (Number.isInteger(n) && n >= 0) return n
  throw new RangeError(`Cannot compare a count as it must be a whole number of at least 0: ${String(n)}`)
}
