/** Option checks of builders: an unknown option would otherwise be ignored silently. */
import { near } from '../errors/suggest.ts'

/** Throws a `TypeError` with a suggestion for an unknown option. */
export function checkOptions(builder: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      `Cannot read the options of ${builder}() as they must be an object: ${String(options)}`,
    )
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const close = near(key, known)[0]
    const hint = close === undefined ? `Known are ${known.join(', ')}.` : `Did you mean '${close}'?`
    throw new TypeError(`Cannot use that option of ${builder}() as it does not exist: '${key}'. ${hint}`)
  }
}
