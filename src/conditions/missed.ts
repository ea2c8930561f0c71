/** Occurrences that lapsed: nothing started while they held. */

import type { Interval } from '../time/index.ts'
import type { Facts } from './facts.ts'
import { type ConditionNode, visit } from './node.ts'

/** No more than so many are told of: a process that slept for a year need not list every minute of it. */
const mostTold = 1000

/**
 * The occurrences of the condition's cron expressions that began at or after `since` (epoch ms), are over by now, and in which
 * this task did not start; oldest first, at most the last thousand.
 */
export function missedBetween(node: ConditionNode, facts: Facts, since: number): Interval[] {
  const { task, now, zone } = facts
  if (task === null) return []
  const missed: Interval[] = []
  visit(node, (part) => {
    if (part.kind !== 'period' || part.period.kind !== 'cron') return
    let occurrence = part.period.previous(now, zone)
    while (occurrence !== null && occurrence.start >= since && missed.length < mostTold) {
      if (facts.countBetween(task, ['run'], occurrence.start, occurrence.end) === 0) missed.push(occurrence)
      const before = part.period.previous(occurrence.start, zone)
      occurrence = before !== null && before.start < occurrence.start ? before : null
    }
  })
  return missed.sort((a, b) => a.start - b.start)
}
