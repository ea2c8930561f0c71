/** Options at the door of a builder: an unknown one is an error, since it would else be ignored in silence. */
import { near } from '../errors/suggest.ts'

/** Throws a `TypeError` with the near name for an option that is not known. */
export function checkOptions(builder: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      `Cannot read the options of ${builder}() as they must be an object: ${String(options)}`,
    )
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const close = near(key, known)[0]
    const hint = close === undefined ? `Known are ${known.join(', ')}.` : `Did you mean '${close}'?`
    throw new TypeError(
      `Cannot use that option of ${builder}() as there is none of that name: '${key}'. ${hint}`,
    )
  }
}
