/** What a condition waits for beside time: the parts that only something else can change. */

import { countOf, holds, retryWaitMs } from '../evaluate/holds.ts'
import { printNode } from '../evaluate/print.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts } from '../facts.ts'
import { type Comparison, type ConditionNode, type CountNode, compares, notOf } from '../node.ts'
import { sentenceOf } from './sentences.ts'

/**
 * One thing that has to happen.
 *
 * @example
 * ```ts
 * const missing: readonly WaitedFor[] = session.task('report').waitsFor()
 * for (const { kind, name, sentence } of missing) console.log(kind, name, sentence)
 * ```
 */
export interface WaitedFor {
  /**
   * A record or the end of a run of a task, a param, the answer of a function or stream, cycles of the session, or somebody
   * who asks for the run.
   */
  readonly kind: 'task' | 'param' | 'predicate' | 'session' | 'hand'
  /** The part of the condition, as a statement. */
  readonly statement: string
  /** How things stand with it, in words. */
  readonly sentence: string
  /** The task or param that it is about. */
  readonly name: string | null
}

/**
 * What has to happen, beside time, for the condition to hold: of parts that must all hold each that does not, of
 * alternatives each as well. Empty if it holds, and if time alone brings it about, by one alternative at least.
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

/** What has to happen for the part to hold, or (`wanted` false) to hold no more. */
function waits(node: ConditionNode, facts: Facts, wanted: boolean): readonly WaitedFor[] {
  if (holds(node, facts) === wanted) return []
  const awaited = (kind: WaitedFor['kind'], name: string | null = null): readonly WaitedFor[] => {
    const { sentence } = sentenceOf(node, facts)
    return [{ kind, name, statement: printNode(wanted ? node : notOf(node)), sentence }]
  }
  switch (node.kind) {
    case 'all':
    case 'any':
      // Of alternatives one suffices: where time brings one about, nothing else is needed.
      if ((node.kind === 'any') === wanted && node.nodes.some((part) => comesByTime(part, facts, wanted)))
        return []
      return node.nodes.flatMap((part) => waits(part, facts, wanted))
    case 'not':
      return waits(node.node, facts, !wanted)
    case 'held':
      // Once its inner condition holds, time alone is waited for.
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
      // While it backs off time alone is waited for.
      return wanted && retryWaitMs(node, facts) !== null ? [] : awaited('task', facts.task)
    case 'session':
      return node.cycles === null ? [] : awaited('session')
    case 'param':
      return awaited('param', node.name)
    case 'predicate':
      return awaited('predicate')
  }
}

/** True if time alone can bring the part to the wanted value. */
function comesByTime(node: ConditionNode, facts: Facts, wanted: boolean): boolean {
  return waits(node, facts, wanted).length === 0 && Number.isFinite(wakesAt(node, facts))
}

/** Whether more records could make the comparison come out as wanted; fewer only time can make. */
function canBeCounted(node: CountNode, facts: Facts, wanted: boolean): boolean {
  const count = countOf(node, facts)
  return edgesOf(node.compare).some((edge) => edge > count && compares(edge, node.compare) === wanted)
}

/** Numbers at which the comparison can come out otherwise than at the one before. */
function edgesOf({ atLeast, atMost, moreThan, lessThan, exactly }: Comparison): readonly number[] {
  const edges = [1]
  if (atLeast !== undefined) edges.push(atLeast)
  if (atMost !== undefined) edges.push(atMost + 1)
  if (moreThan !== undefined) edges.push(moreThan + 1)
  if (lessThan !== undefined) edges.push(lessThan)
  if (exactly !== undefined) edges.push(exactly, exactly + 1)
  return edges
}
