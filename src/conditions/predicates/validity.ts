/** The rules for the age of a reading: how long it counts, and when it is replaced (`validFor`, `refresh`). */
import { holds } from '../evaluate/holds.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts } from '../facts.ts'
import type { PredicateNode } from '../node.ts'
import type { CachedPredicate } from './cached-predicate.ts'
import { RefreshFacts } from './refresh-facts.ts'

/** True if the predicate defines when it is evaluated, instead of the session's `pollEvery`. */
export function isLimited(node: PredicateNode): boolean {
  return node.validForMs !== null || node.refresh !== null
}

/** True if the condition `refresh` holds, or there is none. `now` is monotonic, ms. */
export function isRefreshDue(
  reader: CachedPredicate,
  node: PredicateNode,
  facts: Facts | undefined,
  now: number,
): boolean {
  if (node.refresh === null || !reader.wasStarted || facts === undefined) return true
  return holds(node.refresh, refreshFacts(reader, facts, now))
}

/** With `refresh`, a value counts only while it is valid; without, a late value is already being evaluated again. */
export function stillCounts(
  reader: CachedPredicate,
  node: PredicateNode,
  time: { monotonic(): number },
): boolean {
  if (node.validForMs === null) return true
  const age = time.monotonic() - reader.endedMono
  return (node.refresh === null && !reader.isLate) || age < node.validForMs
}

/** Elapsed ms until time alone can change the result of an evaluation. */
export function againInMs(
  reader: CachedPredicate,
  node: PredicateNode,
  facts: Facts | undefined,
  time: { monotonic(): number; pollEveryMs(): number },
): number {
  const now = time.monotonic()
  // Owners that wait for a result or a turn are notified, but a missing result must be detected.
  if (reader.isEvaluating) return reader.isLate ? Number.POSITIVE_INFINITY : time.pollEveryMs()
  let again =
    node.refresh === null || reader.nextEvaluation > now
      ? reader.nextEvaluation - now
      : Number.POSITIVE_INFINITY
  if (node.refresh !== null && facts !== undefined)
    again = Math.min(again, wakesAt(node.refresh, refreshFacts(reader, facts, now)) - facts.now)
  if (node.validForMs !== null && reader.value)
    again = Math.min(again, reader.endedMono + node.validForMs - now)
  return again > 0 ? again : time.pollEveryMs()
}

function refreshFacts(reader: CachedPredicate, facts: Facts, now: number): RefreshFacts {
  const { startedAt, startedMono, startedSeq } = reader
  return new RefreshFacts(facts, { at: startedAt, ageMs: now - startedMono, seq: startedSeq })
}
