/** Conditions of the app's own: a function, a promise, or a stream; with args and with words in the language. */
import { callable } from './callable.ts'
import { Condition } from './condition.ts'
import type { PredicateNode } from './node.ts'
import { isStream, type StreamLike } from './predicate.ts'

/** Says whether it holds: gets the values of its args, and a context with session, task, params, options, clock, logger, signal. */
export type PredicateFunction<A = Record<string, unknown>, C = unknown> = (
  values: A,
  context: C,
) => boolean | Promise<boolean> | StreamLike

/** A custom condition: itself without args, and callable with args. */
export type CustomCondition<A = Record<string, unknown>> = Condition &
  ((args?: A) => Condition) & {
    /** The words that it was given: templates and patterns. */
    readonly wordings: readonly (string | RegExp)[]
    readonly predicate: PredicateFunction<never, never>
  }

/**
 * A condition from a function. With wordings (`'file {path} exists'`, or patterns with named groups) it is usable in
 * statements once an app knows it (`app.condition` registers it at once).
 *
 * @example
 * ```ts
 * const fileExists = condition('file {path} exists', ({ path }) => existsSync(path))
 * app.task('clean', daily.and(fileExists({ path: 'prices.csv' })), clean)
 * ```
 */
export function condition<A extends Record<string, unknown>, C>(
  wordings: string | RegExp | readonly (string | RegExp)[],
  predicate: PredicateFunction<A, C>,
): CustomCondition<A>
export function condition<A extends Record<string, unknown>, C>(
  predicate: PredicateFunction<A, C>,
): CustomCondition<A>
export function condition(...given: readonly unknown[]): CustomCondition {
  const predicate = given.at(-1)
  if (typeof predicate !== 'function')
    throw new TypeError(`Cannot make a condition as it takes a function: ${String(predicate)}`)
  const wordings = given.length < 2 ? [] : [given[0]].flat()
  for (const wording of wordings)
    if (!(wording instanceof RegExp) && (typeof wording !== 'string' || wording.trim() === ''))
      throw new TypeError(
        `Cannot give a condition words as they must be text or a pattern: ${String(wording)}`,
      )
  // The same args give the same node, so that one look serves all the places where it is written.
  const nodes = new Map<string, Condition>()
  const make = (args: Record<string, unknown> = {}): Condition => {
    const key = keyOf(args)
    const known = key === null ? undefined : nodes.get(key)
    if (known !== undefined) return known
    const made = new Condition(
      predicateNode(
        'function',
        predicate,
        predicate.name || 'condition',
        args,
        wordsFor(wordings as (string | RegExp)[], args),
      ),
    )
    if (key !== null && nodes.size < 10_000) nodes.set(key, made)
    return made
  }
  return Object.assign(callable(make(), make), {
    wordings: wordings as (string | RegExp)[],
    predicate: predicate as never,
  })
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
  if (!isStream(stream))
    throw new TypeError(`Cannot run on each value as it takes an Observable: ${String(stream)}`)
  return new Condition(predicateNode('events', stream, 'on each value', {}, null))
}

function predicateNode(
  mode: PredicateNode['mode'],
  source: unknown,
  name: string,
  args: Readonly<Record<string, unknown>>,
  words: string | null,
): PredicateNode {
  return Object.freeze({ kind: 'predicate', mode, name, source, args: Object.freeze({ ...args }), words })
}

/** A key for plain args; null where they are not plain, and each use is its own. */
function keyOf(args: Readonly<Record<string, unknown>>): string | null {
  const entries = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1))
  const isPlain = entries.every(
    ([, value]) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  )
  return isPlain ? JSON.stringify(entries) : null
}

/** The first template that these args fill, filled. */
function wordsFor(
  wordings: readonly (string | RegExp)[],
  args: Readonly<Record<string, unknown>>,
): string | null {
  for (const wording of wordings) {
    if (typeof wording !== 'string') continue
    const slots = [...wording.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
    if (
      slots.length === Object.keys(args).length &&
      slots.every((slot) => slot in args && typeof args[slot] !== 'object')
    )
      return wording.replace(/\{(\w+)\}/g, (_, slot: string) => {
        const text = String(args[slot])
        return /[&|~()'\s]/.test(text) ? `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : text
      })
  }
  return null
}
