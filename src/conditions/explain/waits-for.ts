/** Events that a condition waits for, besides time. */

import { countOf, holds, retryWaitMs } from '../evaluate/holds.ts'
import { printNode } from '../evaluate/print.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts } from '../facts.ts'
import { type Comparison, type ConditionNode, type CountNode, compares, notOf } from '../node.ts'
import { sentenceOf } from './sentences.ts'

/**
 * One event that must happen.
 *
 * @example
 * ```ts
 * const missing: readonly WaitedFor[] = session.task('report').waitsFor()
 * for (const { kind, name, sentence } of missing) console.log(kind, name, sentence)
 * ```
 */
export interface WaitedFor {
  /**
   * Source of the event: a record or the end of a run of a task, a param, the value of a function or stream, cycles of
   * the session, or a manual run.
   */
  readonly kind: 'task' | 'param' | 'predicate' | 'session' | 'hand'
  /** The part of the condition, as a statement. */
  readonly statement: string
  /** The current state as a sentence. */
  readonly sentence: string
  /** The task or param concerned. */
  readonly name: string | null
}

/**
 * The events, besides time, that must happen for the condition to hold: those of all parts that must hold and do not,
 * and of all alternatives. Empty if the condition holds, or if time alone makes at least one alternative hold.
 *
 * @example
 * ```ts
 * waitsFor(afterSuccess('fetch').and(daily).node, session.facts({ task: 'report' }))
 * // [{ kind: 'task', name: 'fetch', statement: "after task 'fetch' succeeded", ... }]
 * ```
 */
export function waitsFor(node: ConditionNode, facts: Facts): readonly WaitedFor[] {
  return waits(node, facts, true)
}

/** The events for the part to hold, or (`wanted` false) to stop holding. */
function waits(node: ConditionNode, facts: Facts, wanted: boolean): readonly WaitedFor[] {
  if (holds(node, facts) === wanted) return []
  const awaited = (kind: WaitedFor['kind'], name: string | null = null): readonly WaitedFor[] => {
    const { sentence } = sentenceOf(node, facts)
    return [{ kind, name, statement: printNode(wanted ? node : notOf(node)), sentence }]
  }
  switch (node.kind) {
    case 'all':
    case 'any':
      // One alternative is sufficient: if time makes one hold, no event is needed.
      if ((node.kind === 'any') === wanted && node.nodes.some((part) => comesByTime(part, facts, wanted)))
        return []
      return node.nodes.flatMap((part) => waits(part, facts, wanted))
    case 'not':
      return waits(node.node, facts, !wanted)
    case 'held':
      // After its inner condition holds, only time is missing.
      return waits(node.node, facts, wanted)
    case 'constant':
      return awaited('hand')
    case 'period':
      return []
    case 'count':
      return canBeCounted(node, facts, wanted) ? awaited('task', node.task ?? facts.task) : []
    case 'after':
      return awaited('task', wanted ? node.task : facts.task)
    case 'running':
      return awaited('task', node.task ?? facts.task)
    case 'retry':
      // During the backoff only time is missing.
      return wanted && retryWaitMs(node, facts) !== null ? [] : awaited('task', facts.task)
    case 'session':
      return node.cycles === null ? [] : awaited('session')
    case 'param':
      return awaited('param', node.name)
    case 'predicate':
      return awaited('predicate')
  }
}

/** True if time alone can give the part the wanted value. */
function comesByTime(node: ConditionNode, facts: Facts, wanted: boolean): boolean {
  return waits(node, facts, wanted).length === 0 && Number.isFinite(wakesAt(node, facts))
}

/** True if more records could give the comparison the wanted value; only time can reduce their number. */
function canBeCounted(node: CountNode, facts: Facts, wanted: boolean): boolean {
  const count = countOf(node, facts)
  return edgesOf(node.compare).some((edge) => edge > count && compares(edge, node.compare) === wanted)
}

/** Numbers at which the result of the comparison can change. */
function edgesOf({ atLeast, atMost, moreThan, lessThan, exactly }: Comparison): readonly number[] {
  const edges = [1]
  if (atLeast !== undefined) edges.push(atLeast)
  if (atMost !== undefined) edges.push(atMost + 1)
  if (moreThan !== undefined) edges.push(moreThan + 1)
  if (lessThan !== undefined) edges.push(lessThan)
  if (exactly !== undefined) edges.push(exactly, exactly + 1)
  return edges
}
