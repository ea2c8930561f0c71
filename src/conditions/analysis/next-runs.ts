/** When a task will run by time alone. */

import { holds } from '../evaluate/holds.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts } from '../facts.ts'
import type { ConditionNode } from '../node.ts'
import { neverHolds } from './never-holds.ts'
import { FrozenReadings, ImaginedFacts, ImaginedRuns, ImaginedTimes } from './simulated-facts.ts'

/**
 * The search ends after this number of evaluations: a condition may have no next run, and no proof that it
 * has none.
 */
const maxLooks = 10_000
/** A part of an explanation is searched less far. */
const maxFlipLooks = 1_000

/**
 * The starting point of a look ahead, beside the facts.
 *
 * @example
 * ```ts
 * const options: NextRunsOptions = { live: session.task('report').runs.length }
 * nextRuns(hourly.node, (at) => session.facts({ task: 'report', at }), 3, options)
 * ```
 */
export interface NextRunsOptions {
  /** No run starts before this instant, epoch ms: a delay or a rate limit holds it up. */
  readonly notBefore?: number
  /** Runs of the task that are live or wait in its queue: they are taken to succeed now. */
  readonly live?: number
  readonly queued?: number
  /** The session is taken to start now. Its streams are not subscribed to: they count as silent. */
  readonly isStopped?: boolean
  /** A run that could start now has to wait for runs of other tasks to end. */
  readonly dependsOnOthers?: boolean
  /** Readings of predicates that were taken already. */
  readonly readings?: FrozenReadings
}

/**
 * The next `n` instants (epoch ms) at which a run would be launched if each succeeded at once and nothing else happened:
 * exact where time alone decides. What stays true after its run (`true`, a bare window) counts once, as it begins; empty
 * where the next run depends on when a live run ends, and where the condition can never hold. `factsAt` gives the facts of
 * the task at an instant, or now.
 *
 * @example
 * ```ts
 * nextRuns(daily.at('07:00').node, (at) => session.facts({ task: 'report', at }), 3)
 * ```
 */
export function nextRuns(
  node: ConditionNode,
  factsAt: (at?: number) => Facts,
  n: number,
  options: NextRunsOptions = {},
): number[] {
  const { notBefore = Number.NEGATIVE_INFINITY, live = 0, queued = 0, isStopped = false } = options
  const present = factsAt()
  const { now, zone } = present
  if (n < 1 || neverHolds(node, zone, now) !== null) return []
  const readings = options.readings ?? new FrozenReadings(!isStopped)
  const runs = new ImaginedRuns()
  const times = new ImaginedTimes(node, present)
  const imagine = (facts: Facts): ImaginedFacts =>
    new ImaginedFacts(facts, runs, readings, times, isStopped ? now : null)
  for (let i = 0; i < live; i++) runs.end(now)
  for (let i = 0; i < queued; i++) runs.add(now)
  let facts = imagine(notBefore > now ? factsAt(Math.ceil(notBefore)) : present)
  // The next run follows the end of others, whenever that is.
  if ((live + queued > 0 || options.dependsOnOthers === true) && holds(node, facts)) return []
  const found: number[] = []
  let stays = false
  for (let looks = 0; looks < maxLooks && found.length < n; looks++) {
    times.look(facts)
    if (holds(node, facts) && !stays) {
      found.push(facts.now)
      runs.add(facts.now)
    }
    times.look(facts)
    // With the run just imagined most conditions are over; those that are not have no next beginning yet.
    stays = holds(node, facts)
    const at = Math.min(wakesAt(node, facts), times.wakesAt(facts))
    if (!Number.isFinite(at)) break
    facts = imagine(factsAt(at))
  }
  return found
}

/** The next instant (epoch ms) at which time alone changes whether the condition holds; Infinity if it does not. */
export function flipsAt(
  node: ConditionNode,
  factsAt: (at?: number) => Facts,
  readings: FrozenReadings,
): number {
  const none = new ImaginedRuns()
  const present = factsAt()
  const times = new ImaginedTimes(node, present)
  let facts = new ImaginedFacts(present, none, readings, times)
  times.look(facts)
  const before = holds(node, facts)
  for (let looks = 0; looks < maxFlipLooks; looks++) {
    const at = Math.min(wakesAt(node, facts), times.wakesAt(facts))
    if (!Number.isFinite(at)) break
    facts = new ImaginedFacts(factsAt(at), none, readings, times)
    times.look(facts)
    if (holds(node, facts) !== before) return at
  }
  return Number.POSITIVE_INFINITY
}
