/** When a task will run by time alone. */
import type { Facts } from './facts.ts'
import { holds } from './holds.ts'
import { type HeldReadings, ImaginedFacts, ImaginedTimes } from './imagined-facts.ts'
import type { ConditionNode } from './node.ts'
import { wakesAt } from './wakes.ts'

/** So many looks into the future and no more: a condition that never holds must not be searched for ever. */
const maxLooks = 10_000

/**
 * The next `n` instants (epoch ms) at which a run would be launched if each succeeded at once and nothing else happened:
 * exact where time alone decides. What stays true after its run (`true`, a bare window) counts once, as it begins.
 * `factsAt` gives the facts of the task at an instant, or now.
 *
 * @example
 * ```ts
 * nextRuns(daily.at('07:00').node, (at) => session.facts({ task: 'report', at }), 3)
 * ```
 */
export function nextRuns(node: ConditionNode, factsAt: (at?: number) => Facts, n: number): number[] {
  const readings: HeldReadings = new Map()
  const runs: number[] = []
  const now = factsAt()
  const times = new ImaginedTimes(node, now)
  let facts = new ImaginedFacts(now, runs, readings, times)
  let stays = false
  for (let looks = 0; looks < maxLooks && runs.length < n; looks++) {
    times.look(facts)
    if (holds(node, facts) && !stays) runs.push(facts.now)
    times.look(facts)
    // With the run just imagined most conditions are over; those that are not have no next beginning yet.
    stays = holds(node, facts)
    const at = Math.min(wakesAt(node, facts), times.wakesAt(facts))
    if (!Number.isFinite(at)) break
    facts = new ImaginedFacts(factsAt(at), runs, readings, times)
  }
  return runs
}
