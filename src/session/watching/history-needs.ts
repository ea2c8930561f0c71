/** How much of the log a condition looks back on, beyond what is remembered of every task. */

import { spanOf, windowOf } from '../../conditions/evaluate/holds.ts'
import type { Facts } from '../../conditions/facts.ts'
import { type Comparison, type ConditionNode, visit } from '../../conditions/node.ts'
import { restoredPerAction, type SessionLog } from '../../log/session-log.ts'

/** Has the log keep what the condition counts: more records than usual, or those of a window that is over by now. */
export function keepWhatIsCounted(log: SessionLog, node: ConditionNode, facts: Facts): void {
  visit(node, (part) => {
    if (part.kind !== 'count') return
    const task = part.task ?? facts.task
    if (task === null) return
    const count = largestIn(part.compare) + 1
    // A task's own runs fall into its own windows; only those of others can pile up behind one.
    const lastMs = part.period === null || task === facts.task ? 0 : reachOf(part.period, facts)
    if (count > restoredPerAction || lastMs > 0) log.index.keep(task, { count, lastMs })
  })
}

function largestIn(compare: Comparison): number {
  return Math.max(0, ...Object.values(compare).filter((n) => Number.isFinite(n)))
}

/** How far back a window that ends before now reaches, ms, and as much again as it moves on until it is looked at anew. */
function reachOf(
  period: NonNullable<Extract<ConditionNode, { kind: 'count' }>['period']>,
  facts: Facts,
): number {
  const span = spanOf(period)
  if (span !== null) return span.nearMs > 0 ? span.farMs : 0
  const window = windowOf(period, facts)
  if (window === null || window.end >= facts.now) return 0
  return facts.now - window.start + (window.end - window.start)
}
