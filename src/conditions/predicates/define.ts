/** Custom conditions: a function, a promise, or a stream, with args and with words in the language. */
import { atDoor } from '../../errors/at-door.ts'
import { showValue } from '../../errors/show-value.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { isStream, type StreamLike } from '../../values/stream.ts'
import { callable } from '../callable.ts'
import { Condition, type ConditionInput, type PredicateFunction, toNode } from '../condition.ts'
import { watchedHeldNodes } from '../evaluate/held.ts'
import { printNode } from '../evaluate/print.ts'
import {
  type PlaceholderInputs,
  type PlaceholderType,
  type PlaceholderValues,
  toPlaceholderValue,
} from '../language/placeholders.ts'
import { parseTemplate, type Template } from '../language/template.ts'
import type { ConditionNode, PredicateNode } from '../node.ts'

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

/**
 * Options for the evaluation of a custom condition. By default, it is evaluated with every evaluation of the conditions
 * that contain it, and at least every `pollEvery` of the session.
 *
 * @example
 * ```ts
 * const options: ConditionOptions = { validFor: '1 minute', concurrency: 4 }
 * const isUp = condition('{url} is up', options, async ({ url }) => (await fetch(url)).ok)
 * ```
 */
export interface ConditionOptions {
  /** Validity of a value: the function is called again after this duration, and not earlier. */
  readonly validFor?: DurationInput | (string & {})
  /**
   * The function is called when this condition holds; until then its last value remains valid. "This task" means the
   * evaluations themselves: `every('10 minutes')` is ten minutes after the last evaluation, `daily.after('07:00')` once
   * a day from seven on, `afterSuccess('fetch')` when `fetch` has succeeded since the last evaluation. With `validFor`,
   * an older value counts as false.
   */
  readonly refresh?: ConditionInput
  /** Maximum number of concurrent async evaluations of this condition, over all tasks and args; further ones wait. */
  readonly concurrency?: number
  /**
   * Place of execution: `thread` or `process` for work from a module (`moduleWork`), which then receives an
   * isolated run and no context. It does not count towards `maxThreads`. Default: this thread.
   */
  readonly execution?: 'thread' | 'process'
}

type Wording = string | RegExp

/** An Observable of booleans, of RxJS or another library. */
export type BooleanStream = { subscribe: (...observer: never[]) => unknown }

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

/** A boolean stream as a condition: its last value counts; before the first value it is false. */
export function fromStream(stream: StreamLike, name = 'stream'): Condition {
  return new Condition(predicateNode('stream', stream, name, {}, null))
}

/**
 * Each value of the stream causes one run: the value queues a run (up to 1,000 wait), which receives it as `run.value`.
 *
 * @example
 * ```ts
 * app.task('import', onEach(newFiles$), async (_, run) => importFile(run.value))
 * ```
 */
export function onEach(stream: StreamLike): Condition {
  return atDoor(onEach, () => {
    if (isStream(stream)) return new Condition(predicateNode('events', stream, 'on each value', {}, null))
    throw new TypeError(`Cannot use onEach() as it takes an Observable: ${showValue(stream)}`)
  })
}

type Limits = Pick<PredicateNode, 'validForMs' | 'refresh' | 'concurrency' | 'execution'>

const unlimited: Limits = {
  validForMs: null,
  refresh: null,
  concurrency: Number.POSITIVE_INFINITY,
  execution: null,
}

function predicateNode(
  mode: PredicateNode['mode'],
  source: unknown,
  name: string,
  args: Readonly<Record<string, unknown>>,
  words: string | null,
  limits: Limits = unlimited,
): PredicateNode {
  return Object.freeze({
    kind: 'predicate',
    mode,
    name,
    source,
    args: Object.freeze({ ...args }),
    words,
    ...limits,
  })
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

function limitsOf(options: ConditionOptions): Limits {
  checkOptions(options, ['validFor', 'refresh', 'concurrency', 'execution'], 'options of condition()')
  const { validFor, refresh, concurrency = Number.POSITIVE_INFINITY, execution = null } = options
  if (execution !== null && execution !== 'thread' && execution !== 'process')
    throw new RangeError(
      `Cannot create a condition as 'execution' must be 'thread' or 'process': ${String(execution)}`,
    )
  const validForMs = validFor === undefined ? null : toDurationMs(validFor)
  if (validForMs !== null && validForMs < 0)
    throw new RangeError(`Cannot create a condition as 'validFor' must not be negative: ${String(validFor)}`)
  if (!(concurrency >= 1) || (Number.isFinite(concurrency) && !Number.isInteger(concurrency)))
    throw new RangeError(
      `Cannot create a condition as 'concurrency' must be a whole number of at least 1: ${String(concurrency)}`,
    )
  return { validForMs, refresh: refresh === undefined ? null : refreshOf(refresh), concurrency, execution }
}

/** A refresh is not watched, so the time for which a condition has held is known only for calendar conditions. */
function refreshOf(refresh: ConditionInput): ConditionNode {
  const node = toNode(refresh)
  const watched = watchedHeldNodes(node)[0]
  if (watched === undefined) return node
  throw new TypeError(
    `Cannot create a condition as 'refresh' supports durations only of calendar conditions: '${printNode(watched)}'.`,
  )
}

function nameOf(source: PredicateFunction | StreamLike): string {
  return isStream(source) ? 'stream' : source.name || 'condition'
}

function typesOf(templates: readonly Template[]): ReadonlyMap<string, PlaceholderType> {
  const types = new Map<string, PlaceholderType>()
  for (const { name, type } of templates.flatMap(({ placeholders }) => placeholders)) {
    if ((types.get(name) ?? type) !== type)
      throw new SyntaxError(
        `Cannot add words to a condition as a placeholder must have the same type in all templates: {${name}}`,
      )
    types.set(name, type)
  }
  return types
}

/** An arg without a placeholder is a mistake: the function would lack another one, and the words could not contain it. */
function checkPlaceholders(
  args: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, PlaceholderType>,
): void {
  for (const name of Object.keys(args)) {
    if (types.has(name)) continue
    const hint = didYouMeanNearest(name, types.keys())
    throw new TypeError(
      `Cannot call that condition as its words have ${types.size === 0 ? 'no placeholders' : `the placeholders ${[...types.keys()].join(', ')}`}: '${name}'.${hint}`,
    )
  }
}

function valuesOf(
  args: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, PlaceholderType>,
): Readonly<Record<string, unknown>> {
  if (types.size === 0) return args
  return Object.fromEntries(
    Object.entries(args).map(([name, given]) => {
      const type = types.get(name)
      return [name, type === undefined ? given : toPlaceholderValue(type, given)]
    }),
  )
}

/** A key for plain args; null for other args, which are unique for each use. */
function keyOf(args: Readonly<Record<string, unknown>>): string | null {
  const entries = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1))
  const isPlain = entries.every(
    ([, value]) => value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value),
  )
  return isPlain ? JSON.stringify(entries) : null
}

/** The first template that these args fill, filled. */
function wordsFor(templates: readonly Template[], values: Readonly<Record<string, unknown>>): string | null {
  for (const template of templates) {
    const words = template.print(values)
    if (words !== null) return words
  }
  return null
}
