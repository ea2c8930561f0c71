/** Unknown input, which must never count as agreement. */

/** Names the unknown part of a row. The evaluator counts the row as unsupported. */
export class Unsupported extends Error {}

/** Throws if a field is unknown, as it may change the meaning of the row. */
export function checkFields(given: object, what: string, known: readonly string[]): void {
  const odd = Object.keys(given).find((key) => !known.includes(key))
  if (odd !== undefined) throw new Unsupported(`${what} with '${odd}'`)
}
