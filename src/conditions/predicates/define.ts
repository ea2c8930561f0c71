/** Custom conditions: a function, a promise, or a stream, with args and with words in the language. */
import { atDoor } from '../../errors/at-door.ts'
import { isStream, type StreamLike } from '../../values/stream.ts'
import { callable } from '../callable.ts'
import { Condition, type PredicateFunction } from '../condition.ts'
import type { PlaceholderInputs, PlaceholderValues } from '../language/placeholders.ts'
import { parseTemplate } from '../language/template.ts'
import { checkPlaceholders, keyOf, typesOf, valuesOf, wordsFor } from './condition-args.ts'
import { type ConditionOptions, limitsOf } from './condition-options.ts'
import { predicateNode } from './predicate-node.ts'
import type { BooleanStream } from './streams.ts'

/**
 * A custom condition, usable without args, and callable with args. Created by {@link condition}.
 *
 * @example
 * ```ts
 * const isNight: CustomCondition = condition((_, { clock }: Context) => new Date(clock.now()).getUTCHours() < 6)
 * app.task('clean', daily.and(isNight), () => {})
 * ```
 */
export type CustomCondition<A = Record<string, unknown>> = Condition &
  ((args?: A) => Condition) & {
    /** Templates and patterns of the condition. */
    readonly wordings: readonly (string | RegExp)[]
    /** The function or Observable of the condition. */
    readonly predicate: PredicateFunction<never, never> | StreamLike
    /** Creates the condition for the words of a statement; the args are the parts of the matched template or pattern. */
    readonly fromWords: (args: Readonly<Record<string, unknown>>, words: string) => Condition
  }

type Wording = string | RegExp

/**
 * Creates a condition from a function, or from an Observable of booleans, whose last value counts. With words
 * (templates with placeholders, or patterns with named groups), it is usable in statements of an app that includes it
 * (`app.condition` registers it at once).
 *
 * A placeholder is `{name}` for any text (quoted if it contains operators), or has a type: `{name:word}`, `{n:number}`,
 * `{age:duration}` (ms for the function), `{at:moment}` (a time of day as `'07:00'`), `{day:date}`, `{who:task}` (a
 * quoted name).
 *
 * @example
 * ```ts
 * import { existsSync } from 'node:fs'
 * import { stat } from 'node:fs/promises'
 *
 * const fileExists = condition('file {path} exists', ({ path }) => existsSync(path))
 * app.task('clean', daily.and(fileExists({ path: 'prices.csv' })), clean)
 *
 * const isOld = condition('file {path:word} is older than {age:duration}', { validFor: '1 minute' },
 *   async ({ path, age }) => Date.now() - (await stat(path)).mtimeMs > age)
 * isOld({ path: 'prices.csv', age: '2 hours' }).toString() // 'file prices.csv is older than 2 hours'
 * ```
 */
export function condition<const T extends string, C>(
  wordings: T | readonly T[],
  predicate: PredicateFunction<PlaceholderValues<T>, C>,
): CustomCondition<PlaceholderInputs<T>>
export function condition<const T extends string, C>(
  wordings: T | readonly T[],
  options: ConditionOptions,
  predicate: PredicateFunction<PlaceholderValues<T>, C>,
): CustomCondition<PlaceholderInputs<T>>
export function condition<A extends Record<string, unknown>, C>(
  wordings: Wording | readonly Wording[],
  predicate: PredicateFunction<A, C>,
): CustomCondition<A>
export function condition<A extends Record<string, unknown>, C>(
  wordings: Wording | readonly Wording[],
  options: ConditionOptions,
  predicate: PredicateFunction<A, C>,
): CustomCondition<A>
export function condition<A extends Record<string, unknown>, C>(
  predicate: PredicateFunction<A, C>,
): CustomCondition<A>
export function condition<A extends Record<string, unknown>, C>(
  options: ConditionOptions,
  predicate: PredicateFunction<A, C>,
): CustomCondition<A>
export function condition<const T extends string>(
  wordings: T | readonly T[],
  stream: BooleanStream,
): CustomCondition<Record<string, never>>
export function condition(stream: BooleanStream): CustomCondition<Record<string, never>>
export function condition(...given: readonly unknown[]): CustomCondition {
  return atDoor(condition, () => conditionOf(given))
}

function conditionOf(given: readonly unknown[]): CustomCondition {
  const { wordings, options, predicate } = partsOf(given)
  const templates = wordings.flatMap((wording) =>
    typeof wording === 'string' ? [parseTemplate(wording)] : [],
  )
  const types = typesOf(templates)
  const limits = limitsOf(options)
  const mode = typeof predicate === 'function' ? 'function' : 'stream'
  // Equal args share a node, so that one evaluation serves all places where it is used.
  const nodes = new Map<string, Condition>()
  const make = (args: Readonly<Record<string, unknown>> = {}, words?: string): Condition => {
    const values = valuesOf(args, types)
    const key = keyOf(values)
    const known = key === null ? undefined : nodes.get(key)
    if (known !== undefined) return known
    const printed = wordsFor(templates, values) ?? words ?? null
    const made = new Condition(predicateNode(mode, predicate, nameOf(predicate), values, printed, limits))
    if (key !== null && nodes.size < 10_000) nodes.set(key, made)
    return made
  }
  return Object.assign(
    callable(make(), (args: Record<string, unknown> = {}) => {
      if (templates.length > 0 && templates.length === wordings.length) checkPlaceholders(args, types)
      return make(args)
    }),
    { wordings, predicate: predicate as never, fromWords: make },
  )
}

function partsOf(given: readonly unknown[]) {
  const predicate = given.at(-1)
  if (typeof predicate !== 'function' && !isStream(predicate))
    throw new TypeError(
      `Cannot create a condition as it takes a function or an Observable: ${String(predicate)}`,
    )
  const isWording = (value: unknown): boolean =>
    typeof value === 'string' || value instanceof RegExp || Array.isArray(value)
  const wordings = given.length > 1 && isWording(given[0]) ? [given[0]].flat() : []
  for (const wording of wordings)
    if (!(wording instanceof RegExp) && (typeof wording !== 'string' || wording.trim() === ''))
      throw new TypeError(
        `Cannot add words to a condition as they must be text or a RegExp: ${String(wording)}`,
      )
  const options = given.length - Number(given.length > 1 && isWording(given[0])) > 1 ? given.at(-2) : {}
  return {
    wordings: wordings as readonly Wording[],
    options: options as ConditionOptions,
    predicate: predicate as PredicateFunction | StreamLike,
  }
}

function nameOf(source: PredicateFunction | StreamLike): string {
  return isStream(source) ? 'stream' : source.name || 'condition'
}
