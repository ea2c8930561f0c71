/** What is not understood: it must never pass for agreement. */

/** Says what of a row is not understood. Whoever judges the row counts it as unsupported. */
export class Unsupported extends Error {}

/** Throws if there is a field that nobody here knows: it may mean that the row asks for something else. */
export function checkFields(given: object, what: string, known: readonly string[]): void {
  const odd = Object.keys(given).find((key) => !known.includes(key))
  if (odd !== undefined) throw new Unsupported(`${what} with '${odd}'`)
}
