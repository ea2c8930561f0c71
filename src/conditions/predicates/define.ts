/** Conditions of the app's own: a function, a promise, or a stream; with args and with words in the language. */
import { atDoor } from '../../errors/at-door.ts'
import { showValue } from '../../errors/show-value.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { callable } from '../callable.ts'
import { Condition, type ConditionInput, type PredicateFunction, toNode } from '../condition.ts'
import { watchedHeldNodes } from '../evaluate/held.ts'
import { printNode } from '../evaluate/print.ts'
import { isStream, type StreamLike } from '../evaluate/reading.ts'
import { type SlotInputs, type SlotType, type SlotValues, toSlotValue } from '../language/placeholders.ts'
import { parseTemplate, type Template } from '../language/template.ts'
import type { ConditionNode, PredicateNode } from '../node.ts'

/**
 * A custom condition: itself without args, and callable with args. {@link condition} makes one.
 *
 * @example
 * ```ts
 * const isNight: CustomCondition = condition((_, { clock }: Context) => new Date(clock.now()).getUTCHours() < 6)
 * app.task('clean', daily.and(isNight), () => {})
 * ```
 */
export type CustomCondition<A = Record<string, unknown>> = Condition &
  ((args?: A) => Condition) & {
    /** The words that it was given: templates and patterns. */
    readonly wordings: readonly (string | RegExp)[]
    /** The function, or the Observable, that it was made of. */
    readonly predicate: PredicateFunction<never, never> | StreamLike
    /** The condition that words of a statement say; the parts are those of the wording that matched. */
    readonly fromWords: (args: Readonly<Record<string, unknown>>, words: string) => Condition
  }

/**
 * When a custom condition is asked. Without these it is asked at every look, and at least every `pollEvery` of the
 * session.
 *
 * @example
 * ```ts
 * const options: ConditionOptions = { validFor: '1 minute', concurrency: 4 }
 * const isUp = condition('{url} is up', options, async ({ url }) => (await fetch(url)).ok)
 * ```
 */
export interface ConditionOptions {
  /** How long an answer stands: the function is asked again when that is over, and not before. */
  readonly validFor?: DurationInput | (string & {})
  /**
   * The function is asked when this holds, and in between its last answer stands. "This task" means the looks themselves:
   * `every('10 minutes')` is ten minutes after the last look, `daily.after('07:00')` once a day from seven on, `afterSuccess('fetch')`
   * when `fetch` has succeeded since the last look. With `validFor` beside it an older answer counts as false.
   */
  readonly refresh?: ConditionInput
  /** At most so many async answers of this condition are under way at a time, over all tasks and args; the others wait. */
  readonly concurrency?: number
  /**
   * Where it is asked: `thread` or `process` for work out of a module (`moduleWork`), which then gets a far run and no
   * context. It takes no slot of `maxThreads`. Default: here.
   */
  readonly execution?: 'thread' | 'process'
}

type Wording = string | RegExp

/** An Observable of booleans, of RxJS or another library. */
export type BooleanStream = { subscribe: (...observer: never[]) => unknown }

/**
 * A condition from a function, or from an Observable of booleans, whose last value stands. With wordings, templates with slots or patterns with named groups, it is usable in statements
 * once an app knows it (`app.condition` registers it at once).
 *
 * A slot is `{name}` for any text (in quotes where it holds operators), or has a type: `{name:word}`, `{n:number}`,
 * `{age:duration}` (ms for the function), `{at:moment}` (a time of day as `'07:00'`), `{day:date}`, `{who:task}` (a quoted name).
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
  predicate: PredicateFunction<SlotValues<T>, C>,
): CustomCondition<SlotInputs<T>>
export function condition<const T extends string, C>(
  wordings: T | readonly T[],
  options: ConditionOptions,
  predicate: PredicateFunction<SlotValues<T>, C>,
): CustomCondition<SlotInputs<T>>
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
  // The same args give the same node, so that one look serves all the places where it is written.
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
      if (templates.length > 0 && templates.length === wordings.length) checkSlots(args, types)
      return make(args)
    }),
    { wordings, predicate: predicate as never, fromWords: make },
  )
}

/** A boolean stream as a condition: its last value stands; before the first it is false. */
export function fromStream(stream: StreamLike, name = 'stream'): Condition {
  return new Condition(predicateNode('stream', stream, name, {}, null))
}

/**
 * Each value of the stream is one reason to run: it queues one run (up to 1,000 wait) and reaches it as `run.value`.
 *
 * @example
 * ```ts
 * app.task('import', onEach(newFiles$), async (_, run) => importFile(run.value))
 * ```
 */
export function onEach(stream: StreamLike): Condition {
  return atDoor(onEach, () => {
    if (isStream(stream)) return new Condition(predicateNode('events', stream, 'on each value', {}, null))
    throw new TypeError(`Cannot run on each value as it takes an Observable: ${showValue(stream)}`)
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
      `Cannot make a condition as it takes a function or an Observable: ${String(predicate)}`,
    )
  const isWording = (value: unknown): boolean =>
    typeof value === 'string' || value instanceof RegExp || Array.isArray(value)
  const wordings = given.length > 1 && isWording(given[0]) ? [given[0]].flat() : []
  for (const wording of wordings)
    if (!(wording instanceof RegExp) && (typeof wording !== 'string' || wording.trim() === ''))
      throw new TypeError(
        `Cannot give a condition words as they must be text or a pattern: ${String(wording)}`,
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
    throw new RangeError(`Cannot ask a condition there as it is 'thread' or 'process': ${String(execution)}`)
  const validForMs = validFor === undefined ? null : toDurationMs(validFor)
  if (validForMs !== null && validForMs < 0)
    throw new RangeError(`Cannot keep an answer as 'validFor' must not be negative: ${String(validFor)}`)
  if (!(concurrency >= 1) || (Number.isFinite(concurrency) && !Number.isInteger(concurrency)))
    throw new RangeError(
      `Cannot ask a condition as 'concurrency' must be a whole number from 1: ${String(concurrency)}`,
    )
  return { validForMs, refresh: refresh === undefined ? null : refreshOf(refresh), concurrency, execution }
}

/**
 * A refresh is not watched: the time for which a condition has held is known only where the calendar decides
 * it.
 */
function refreshOf(refresh: ConditionInput): ConditionNode {
  const node = toNode(refresh)
  const watched = watchedHeldNodes(node)[0]
  if (watched === undefined) return node
  throw new TypeError(
    `Cannot ask a condition again on '${printNode(watched)}' as only times of the calendar can have held for a while there.`,
  )
}

function nameOf(source: PredicateFunction | StreamLike): string {
  return isStream(source) ? 'stream' : source.name || 'condition'
}

function typesOf(templates: readonly Template[]): ReadonlyMap<string, SlotType> {
  const types = new Map<string, SlotType>()
  for (const { name, type } of templates.flatMap(({ slots }) => slots)) {
    if ((types.get(name) ?? type) !== type)
      throw new SyntaxError(`Cannot use the words as a slot has one type in all wordings: {${name}}`)
    types.set(name, type)
  }
  return types
}

/** An arg that no wording has a slot for is a slip: the function would miss another, and the words could not say it. */
function checkSlots(args: Readonly<Record<string, unknown>>, types: ReadonlyMap<string, SlotType>): void {
  for (const name of Object.keys(args)) {
    if (types.has(name)) continue
    const hint = didYouMeanNearest(name, types.keys())
    throw new TypeError(
      `Cannot ask that condition as its words have ${types.size === 0 ? 'no slots' : `the slots ${[...types.keys()].join(', ')}`}: '${name}'.${hint}`,
    )
  }
}

function valuesOf(
  args: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, SlotType>,
): Readonly<Record<string, unknown>> {
  if (types.size === 0) return args
  return Object.fromEntries(
    Object.entries(args).map(([name, given]) => {
      const type = types.get(name)
      return [name, type === undefined ? given : toSlotValue(type, given)]
    }),
  )
}

/** A key for plain args; null where they are not plain, and each use is its own. */
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
