/** The records that conditions count, beyond those that the index keeps of every task. */

import { spanOf, windowOf } from '../../conditions/evaluate/holds.ts'
import type { Facts } from '../../conditions/facts.ts'
import { type Comparison, type ConditionNode, visit } from '../../conditions/node.ts'
import { restoredPerAction, type SessionLog } from '../../log/session-log.ts'

/** Makes the log keep the records that a condition counts: more than usual, or those of a window that ends before now. */
export function keepWhatIsCounted(log: SessionLog, node: ConditionNode, facts: Facts): void {
  visit(node, (part) => {
    if (part.kind !== 'count') return
    const task = part.task ?? facts.task
    if (task === null) return
    const count = largestIn(part.compare) + 1
    // A task's own runs are within its own windows; only runs of other tasks can accumulate after a window.
    const lastMs = part.period === null || task === facts.task ? 0 : reachOf(part.period, facts)
    if (count > restoredPerAction || lastMs > 0) log.index.keep(task, { count, lastMs })
  })
}

function largestIn(compare: Comparison): number {
  return Math.max(0, ...Object.values(compare).filter((n) => Number.isFinite(n)))
}

/** The time from the start of a window that ends before now, ms, plus its length, by which it moves until the next evaluation. */
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
