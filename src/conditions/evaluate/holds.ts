/** Evaluation of conditions. */

import type { Period } from '../../time/period.ts'
import type { PeriodKind } from '../../time/rules/rule.ts'
import type { Interval } from '../../time/zone/interval.ts'
import type { Facts } from '../facts.ts'
import { type ConditionNode, type CountNode, compares, type NodeKind, type RetryNode } from '../node.ts'
import { heldMs } from './held-time.ts'

type Holds<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>, facts: Facts) => boolean

/** True if the condition holds at `facts.now`. Throws only if the reading of a predicate throws. */
export function holds(node: ConditionNode, facts: Facts): boolean {
  return (byKind[node.kind] as Holds<NodeKind>)(node, facts)
}

const byKind: { readonly [K in NodeKind]: Holds<K> } = {
  constant: (node) => node.value,
  period: (node, facts) => node.period.contains(facts.now, facts.zone),
  count: (node, facts) => isKnown(node.task, facts) && compares(countOf(node, facts), node.compare),
  running: (node, facts) => {
    if (!isKnown(node.task, facts)) return false
    const task = node.task ?? facts.task
    if (task === null) return false
    const runs = facts
      .running(task)
      .filter(
        ({ ageMs }) =>
          (node.moreThanMs === null || ageMs > node.moreThanMs) &&
          (node.lessThanMs === null || ageMs < node.lessThanMs),
      )
    return compares(runs.length, node.compare)
  },
  after: (node, facts) => {
    if (!isKnown(node.task, facts)) return false
    const theirs = facts.newest(node.task, node.actions)
    if (theirs === null || facts.task === null) return theirs !== null
    const ours = facts.newest(facts.task, ['run'])
    return ours === null || theirs.seq > ours.seq
  },
  retry: (node, facts) => {
    const wait = retryWaitMs(node, facts)
    return wait !== null && wait <= 0
  },
  session: (node, facts) => {
    const age = facts.sessionAgeMs
    if (age === null) return false
    return (
      (node.moreThanMs === null || age >= node.moreThanMs) &&
      (node.lessThanMs === null || age <= node.lessThanMs) &&
      (node.cycles === null || compares(facts.cycles, node.cycles))
    )
  },
  param: (node, facts) => {
    const { exists, value } = facts.param(node.name)
    return exists && (!node.hasValue || isSame(value, node.value))
  },
  predicate: (node, facts) => facts.predicate(node).value,
  all: (node, facts) => node.nodes.every((part) => holds(part, facts)),
  any: (node, facts) => node.nodes.some((part) => holds(part, facts)),
  not: (node, facts) => !holds(node.node, facts),
  held: (node, facts) => (heldMs(node, facts) ?? -1) >= node.forMs,
}

/** No condition on a missing task holds, not even that it never ran: the name may be misspelled. */
function isKnown(task: string | null, facts: Facts): boolean {
  return task === null || facts.has(task)
}

/** The number that a count node compares. */
export function countOf(node: CountNode, facts: Facts): number {
  const task = node.task ?? facts.task
  if (task === null) return 0
  if (node.period === null) return facts.countWithin(task, node.actions, 0, Number.POSITIVE_INFINITY)
  const span = spanOf(node.period)
  if (span !== null) return facts.countWithin(task, node.actions, span.nearMs, span.farMs)
  const window = windowOf(node.period, facts)
  return window === null ? 0 : facts.countBetween(task, node.actions, window.start, window.end)
}

/**
 * The window in which a calendar period counts: its whole current instance, otherwise the previous one. The whole
 * instance, so that records later than now (after the clock was set back) still count.
 */
export function windowOf(period: Period, facts: Facts): Interval | null {
  if (period.kind === 'relative-day') return period.rollBack(facts.now, facts.zone)
  return period.current(facts.now, facts.zone) ?? period.previous(facts.now, facts.zone)
}

/** The ages between which a past span counts; null for other periods. */
export function spanOf(period: Period): { readonly nearMs: number; readonly farMs: number } | null {
  // The zone of a span is irrelevant: elapsed time is equal everywhere.
  const rule = period.rule as unknown as SpanLike & { readonly rule?: SpanLike }
  const { kind, side, near, far } = rule.rule ?? rule
  return kind === 'span' && side === 'past' ? { nearMs: near, farMs: far } : null
}

interface SpanLike {
  readonly kind: PeriodKind
  readonly side: 'past' | 'future'
  readonly near: number
  readonly far: number
}

/** Ms until the next retry is due (0 or less: now); null if there is none. */
export function retryWaitMs(node: RetryNode, facts: Facts): number | null {
  const { task } = facts
  if (task === null) return null
  const status = facts.status(task)
  if (status === null || !node.on.includes(status)) return null
  const failed = facts.streak(task, node.on)
  if (failed === 0 || failed > node.times) return null
  const last = facts.newest(task, node.on)
  if (last === null || node.when?.(last.error, failed) === false) return null
  const delay = Math.min(node.maxDelayMs, node.delayMs * node.factor ** (failed - 1))
  return delay * (1 + node.jitter * swing(last.runId)) - last.ageMs
}

/** A number from -1 to 1 that is constant per run, so that another evaluation does not choose another delay. */
function swing(runId: string): number {
  let hash = 2166136261
  for (let i = 0; i < runId.length; i++) hash = Math.imul(hash ^ runId.charCodeAt(i), 16777619)
  return ((hash >>> 0) / 0xffffffff) * 2 - 1
}

function isSame(a: unknown, b: unknown): boolean {
  // A statement has only text: `param 'n' is '5'` also means the number.
  return Object.is(a, b) || (typeof b === 'string' && typeof a !== 'object' && String(a) === b)
}
