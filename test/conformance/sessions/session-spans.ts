/** The same scenario with each past span a millisecond longer, so that no run is exactly a length after another. */

import { spanOf } from '../../../src/conditions/evaluate/holds.ts'
import { type ConditionNode, toCondition } from '../../../src/conditions/index.ts'
import { Condition, span } from '../../../src/index.ts'
import type { Scenario } from './session-scenario.ts'

export function withLongerSpans(scenario: Scenario): Scenario {
  const tasks = scenario.tasks.map((task) => ({
    ...task,
    start: new Condition(lengthened(toCondition(task.start).node)),
  }))
  return { ...scenario, tasks }
}

function lengthened(node: ConditionNode): ConditionNode {
  // The text would contain the old length.
  const { text: _, ...bare } = node
  if (bare.kind === 'all' || bare.kind === 'any') return { ...bare, nodes: bare.nodes.map(lengthened) }
  if (bare.kind === 'not') return { ...bare, node: lengthened(bare.node) }
  if (bare.kind !== 'count' || bare.period === null) return bare
  const limits = spanOf(bare.period)
  if (limits === null) return bare
  return { ...bare, period: span('past', { near: limits.nearMs, far: limits.farMs + 1 }) }
}
