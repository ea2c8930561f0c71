/** The numbers that counts are compared with. */

/** The number, if it is a whole one from 0; else a `RangeError`. */
export function checkCount(n: number): number {
  if (Number.isInteger(n) && n >= 0) return n
  throw new RangeError(`Cannot compare a number of times as it must be a whole number from 0: ${String(n)}`)
}
