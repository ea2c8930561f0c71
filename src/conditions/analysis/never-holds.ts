/** Static check for conditions that can never hold, so that they are found when a task is added. */

import { printNode } from '../evaluate/print.ts'
import type { MarkAction } from '../facts.ts'
import type { Comparison, ConditionNode } from '../node.ts'
import { notOf } from '../node.ts'
import { earliest } from './earliest.ts'

/** A condition that does not hold within five years is considered never to hold. */
const yearMs = 366 * 86_400_000
const horizonMs = 5 * yearMs

/**
 * The reason why the condition can never hold from `now` (epoch ms) on; null if it can, or if the check cannot decide.
 * Either its parts contradict one another, or their times do not overlap within five years (within a year for two dense
 * ones, including a cron expression). A plain `false` is valid: it means "manual runs only".
 *
 * @example
 * ```ts
 * neverHolds(parse('daily before 08:00 & daily after 20:00').node, 'UTC', session.now().toMillis())
 * // "the times of 'daily before 08:00' and 'daily after 20:00' do not meet within five years"
 * ```
 */
export function neverHolds(node: ConditionNode, zone: string, now: number): string | null {
  const search = neverHoldsInSteps(node, zone, now)
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
  }
}

/** Performs the same check in steps of some milliseconds each, as the search for contradicting times may need many. */
export function* neverHoldsInSteps(node: ConditionNode, zone: string, now: number): Steps<string | null> {
  if (node.kind === 'constant') return null
  const key = `${zone} ${printNode(node)}`
  const known = found.get(key)
  if (known !== undefined && now >= known.at && now - known.at < foundForMs) return known.why
  const why = yield* reason(node, zone, now)
  if (why !== null) {
    if (found.size >= maxFound) found.clear()
    found.set(key, { why, at: now })
  }
  return why
}

/**
 * Contradictions found, by zone and statement. Only they need a long search, and a condition that never holds from one
 * instant on does not hold from a later one on either. The horizon moves, so that a contradiction is searched again
 * after a while.
 */
const found = new Map<string, { readonly why: string; readonly at: number }>()
const maxFound = 10_000
const foundForMs = 3_600_000

type Steps<T> = Generator<void, T>

function* reason(node: ConditionNode, zone: string, now: number): Steps<string | null> {
  if (node.kind === 'constant') return node.value || node.inMs !== undefined ? null : "'false' never holds"
  if (node.kind === 'any') {
    const reasons: string[] = []
    for (const part of node.nodes) {
      const why = yield* reason(part, zone, now)
      if (why === null) return null
      reasons.push(why)
    }
    return reasons.join('; ')
  }
  if (node.kind === 'held') {
    const why = yield* reason(node.node, zone, now)
    if (why !== null) return why
  }
  const isJoined = node.kind === 'all' && node.text === undefined
  const parts = isJoined ? node.nodes : [node]
  for (const part of isJoined ? parts : []) {
    const why = yield* reason(part, zone, now)
    if (why !== null) return why
  }
  return contradiction(flat(parts)) ?? (yield* whyNoTime(parts, zone, now))
}

/** Parts with nested ones flattened: `daily` is a time and a count. */
function flat(parts: readonly ConditionNode[]): readonly ConditionNode[] {
  return parts.flatMap((part) => (part.kind === 'all' ? flat(part.nodes) : [part]))
}

/** The reason why time never allows all of the parts to hold, naming the parts that conflict. */
function* whyNoTime(parts: readonly ConditionNode[], zone: string, now: number): Steps<string | null> {
  const within = noTimeWithin(parts, zone, now)
  if (within === null) return null
  for (const part of parts) {
    yield
    if (parts.length === 1 || noTimeWithin([part], zone, now) !== null)
      return `'${printNode(part)}' is true at no time within ${within}`
  }
  let blamed = parts
  for (const pair of pairsOf(parts)) {
    yield
    if (noTimeWithin(pair, zone, now) === null) continue
    blamed = pair
    break
  }
  const words = blamed.map((part) => `'${printNode(part)}'`)
  return `the times of ${words.slice(0, -1).join(', ')} and ${words.at(-1)} do not meet within ${within}`
}

/**
 * The range in which no time allows the parts to hold, as text; null if a time allows it, or if the search was
 * abandoned within a year.
 */
function noTimeWithin(parts: readonly ConditionNode[], zone: string, now: number): string | null {
  const { at, searchedTo } = earliest(parts, zone, now, now + horizonMs)
  if (at !== Number.POSITIVE_INFINITY || searchedTo < now + yearMs) return null
  return searchedTo < now + horizonMs ? 'a year' : 'five years'
}

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, place) => items.slice(place + 1).map((b) => [a, b] as const))
}

/** Parts that cannot be true together in any session at any time. */
function contradiction(parts: readonly ConditionNode[]): string | null {
  const opposites = parts.filter((part) => part.kind === 'not')
  const words = new Set(opposites.length === 0 ? [] : parts.map(printNode))
  const both = opposites.find((part) => words.has(printNode(notOf(part))))
  if (both !== undefined) return `'${printNode(notOf(both))}' and its opposite never hold together`
  const pair = pairsOf(parts).find(([a, b]) => a.kind === b.kind && excludes(a, b))
  return pair === undefined ? null : `'${printNode(pair[0])}' and '${printNode(pair[1])}' never hold together`
}

/** True for two counts of the same records that no number satisfies, or for two values of one param. */
function excludes(a: ConditionNode, b: ConditionNode): boolean {
  if (a.kind === 'count' && b.kind === 'count')
    return subjectOf(a) === subjectOf(b) && noNumber({ ...a.compare }, { ...b.compare })
  if (a.kind === 'param' && b.kind === 'param')
    return a.name === b.name && a.hasValue && b.hasValue && String(a.value) !== String(b.value)
  if (a.kind !== 'session' || b.kind !== 'session') return false
  if (a.cycles !== null && b.cycles !== null) return noNumber(a.cycles, b.cycles)
  const more = Math.max(a.moreThanMs ?? 0, b.moreThanMs ?? 0)
  return more > Math.min(a.lessThanMs ?? Number.POSITIVE_INFINITY, b.lessThanMs ?? Number.POSITIVE_INFINITY)
}

function subjectOf(node: {
  readonly task: string | null
  readonly actions: readonly MarkAction[]
  readonly period: unknown
}): string {
  return `${JSON.stringify([node.task, node.actions])} ${String(node.period)}`
}

function noNumber(a: Comparison, b: Comparison): boolean {
  const [low, high] = [a, b]
    .map(boundsOf)
    .reduce(([l1, h1], [l2, h2]) => [Math.max(l1, l2), Math.min(h1, h2)])
  return low > high
}

/** The least and the greatest number that satisfies the comparison. */
function boundsOf(compare: Comparison): readonly [number, number] {
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY, moreThan = -1, exactly } = compare
  const { lessThan = Number.POSITIVE_INFINITY } = compare
  if (exactly !== undefined) return [exactly, exactly]
  const isBare = Object.keys(compare).length === 0
  return [Math.max(atLeast, moreThan + 1, isBare ? 1 : 0), Math.min(atMost, lessThan - 1)]
}
