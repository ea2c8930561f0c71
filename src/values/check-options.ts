/** The one check of option names: an unknown option would otherwise be ignored silently. */
import { showValue } from '../errors/show-value.ts'
import { didYouMean, near } from '../errors/suggest.ts'

/**
 * Throws a `TypeError` for a value that is not an object, or for an unknown key, with the nearest name. For functions
 * of companion packages that take options, so that they refuse a misspelling in the same words.
 *
 * @param what - What the options are, as part of the message: `options of notify()`.
 * @param instead - The advice for keys that people look for and that have another name here.
 * @param earlier - Earlier names, which are accepted but not suggested.
 *
 * @example
 * ```ts
 * checkOptions({ chanel: '#ops' }, ['channel', 'text'], 'options of notify()')
 * // TypeError: Cannot read options of notify() as 'chanel' is not one of them. Did you mean 'channel'?
 * ```
 */
export function checkOptions(
  options: unknown,
  known: readonly string[],
  what: string,
  instead: Readonly<Record<string, string>> = {},
  earlier: readonly string[] = [],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`Cannot read ${what} as they must be an object: ${showValue(options)}`)
  const unknown = Object.keys(options).find((key) => !known.includes(key) && !earlier.includes(key))
  if (unknown === undefined) return
  const meant = Object.hasOwn(instead, unknown) ? ` ${instead[unknown]}` : didYouMean(near(unknown, known))
  const hint = meant === '' && known.length > 0 ? ` Known are ${known.join(', ')}.` : meant
  throw new TypeError(`Cannot read ${what} as '${unknown}' is not one of them.${hint}`)
}
