/** Checks of options at the door: one message per problem, each naming the option, the rule and what was given. */

import { showValue } from '../../errors/show-value.ts'
import { didYouMean, didYouMeanNearest, near } from '../../errors/suggest.ts'

/** Checks one value; throws a `TypeError` or `RangeError` that names the option. */
export type Check = (value: unknown, name: string) => void

/** Throws a `TypeError` for keys that are no option, with the nearest option. */
export function checkKeys(
  options: unknown,
  known: Readonly<Record<string, Check>>,
  what: string,
  /** What to do in the place of options that people look for and that have another name. */
  instead: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`Cannot read ${what} as they must be an object: ${showValue(options)}`)
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, key) ? known[key] : undefined
    if (check === undefined) {
      const names = Object.keys(known)
      const meant = Object.hasOwn(instead, key) ? ` ${instead[key]}` : didYouMean(near(key, names))
      const hint = meant === '' && names.length > 0 ? ` Known are ${names.join(', ')}.` : meant
      throw new TypeError(`Cannot read ${what} as '${key}' is not one of them.${hint}`)
    }
    if (value !== undefined) check(value, key)
  }
}

const fail = (name: string, rule: string, value: unknown): never => {
  throw new TypeError(`Cannot set '${name}' as it must be ${rule}: ${showValue(value)}`)
}

export const aBoolean: Check = (value, name) => {
  if (typeof value !== 'boolean') fail(name, 'true or false', value)
}

export const aString: Check = (value, name) => {
  if (typeof value !== 'string' || value === '') fail(name, 'a non-empty string', value)
}

export const aNumber: Check = (value, name) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) fail(name, 'a finite number', value)
}

export const aFunction: Check = (value, name) => {
  if (typeof value !== 'function') fail(name, 'a function', value)
}

export const anObject: Check = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(name, 'an object', value)
}

export const anything: Check = () => {}

/** A whole number of at least `least`. */
export const aCount =
  (least: number): Check =>
  (value, name) => {
    if (!Number.isInteger(value)) fail(name, 'a whole number', value)
    if ((value as number) < least)
      throw new RangeError(`Cannot set '${name}' as it must be at least ${least}: ${String(value)}`)
  }

/** One of some words. */
export const oneOf =
  (...words: readonly string[]): Check =>
  (value, name) => {
    if (words.includes(value as string)) return
    const hint = typeof value === 'string' ? didYouMeanNearest(value, words) : ''
    throw new RangeError(
      `Cannot set '${name}' as it must be one of ${words.map((word) => `'${word}'`).join(', ')}: ${showValue(value)}.${hint}`,
    )
  }

/** An object that has these methods. */
export const withMethods =
  (...methods: readonly string[]): Check =>
  (value, name) => {
    const has = (method: string): boolean =>
      typeof (value as Record<string, unknown> | null)?.[method] === 'function'
    if (!methods.every(has)) fail(name, `an object with ${methods.join(', ')}`, value)
  }
