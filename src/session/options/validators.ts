/** Validators of option values, whose messages name the option, the rule and the given value. */

import { showValue } from '../../errors/show-value.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { checkOptions } from '../../values/check-options.ts'

/** Checks one value; throws a `TypeError` or `RangeError` that names the option. */
export type Check = (value: unknown, name: string) => void

/** Checks the names of options by {@link checkOptions}, then each value by its check. */
export function checkKeys(
  options: unknown,
  known: Readonly<Record<string, Check>>,
  what: string,
  /** Hints for options that users expect under another name. */
  instead: Readonly<Record<string, string>> = {},
  /** Names that are accepted but no longer suggested. */
  earlier: Readonly<Record<string, string>> = {},
): void {
  const isKnown = (name: string): boolean => !Object.hasOwn(earlier, name)
  checkOptions(options, Object.keys(known).filter(isKnown), what, instead, Object.keys(earlier))
  for (const [key, value] of Object.entries(options as object))
    if (value !== undefined) known[key]!(value, key)
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

/** Accepts a whole number of at least `least`. */
export const aCount =
  (least: number): Check =>
  (value, name) => {
    if (!Number.isInteger(value)) fail(name, 'a whole number', value)
    if ((value as number) < least)
      throw new RangeError(`Cannot set '${name}' as it must be at least ${least}: ${String(value)}`)
  }

/** Accepts one of the given words. */
export const oneOf =
  (...words: readonly string[]): Check =>
  (value, name) => {
    if (words.includes(value as string)) return
    const hint = typeof value === 'string' ? didYouMeanNearest(value, words) : ''
    throw new RangeError(
      `Cannot set '${name}' as it must be one of ${words.map((word) => `'${word}'`).join(', ')}: ${showValue(value)}.${hint}`,
    )
  }

/** Accepts an object with these methods. */
export const withMethods =
  (...methods: readonly string[]): Check =>
  (value, name) => {
    const has = (method: string): boolean =>
      typeof (value as Record<string, unknown> | null)?.[method] === 'function'
    if (!methods.every(has)) fail(name, `an object with ${methods.join(', ')}`, value)
  }
