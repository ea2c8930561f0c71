/** When a task's condition will next begin to hold by time alone, as things stand. */
import { holds } from '../conditions/holds.ts'
import { wakesAt } from '../conditions/wakes.ts'
import type { Core } from './core.ts'
import type { TaskEntry } from './entry.ts'

/** So many looks into the future and no more: a condition that never holds must not be searched for ever. */
const maxLooks = 10_000

/** The next `n` instants (epoch ms) at which the condition begins to hold, as far as time alone decides. */
export function nextRunsOf(core: Core, entry: TaskEntry, n: number): number[] {
  const { node } = entry.definition.start
  const found: number[] = []
  let facts = core.factsOf(entry)
  let held = false
  for (let looks = 0; looks < maxLooks && found.length < n; looks++) {
    const holdsNow = holds(node, facts)
    if (holdsNow && !held) found.push(facts.now)
    held = holdsNow
    const at = wakesAt(node, facts)
    if (!Number.isFinite(at)) break
    facts = core.factsOf(entry, at)
  }
  return found
}
