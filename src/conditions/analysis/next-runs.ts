/** Prediction of the runs that time alone causes. */

import { holds } from '../evaluate/holds.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts } from '../facts.ts'
import type { ConditionNode } from '../node.ts'
import { neverHolds } from './never-holds.ts'
import { FrozenReadings, ImaginedFacts, ImaginedRuns, ImaginedTimes } from './simulated-facts.ts'

/** Maximum number of evaluations: a condition may have no next run, and no proof that it has none. */
const maxEvaluations = 10_000
/** Maximum number of evaluations for a part of an explanation. */
const maxFlipEvaluations = 1_000

/**
 * Starting point of a prediction, in addition to the facts.
 *
 * @example
 * ```ts
 * const options: NextRunsOptions = { live: session.task('report').runs.length }
 * nextRuns(hourly.node, (at) => session.facts({ task: 'report', at }), 3, options)
 * ```
 */
export interface NextRunsOptions {
  /** Earliest start of a run, epoch ms; set by a delay or a rate limit. */
  readonly notBefore?: number
  /** Live runs of the task, which are assumed to succeed now. `queued` are those that wait in its queue. */
  readonly live?: number
  readonly queued?: number
  /** The session is assumed to start now. Its streams are not subscribed to, and have no value. */
  readonly isStopped?: boolean
  /** A run that could start now waits for the end of other tasks' runs. */
  readonly dependsOnOthers?: boolean
  /** Existing readings of predicates. */
  readonly readings?: FrozenReadings
}

/**
 * Predicts the next `n` instants (epoch ms) at which a run would launch if each run succeeded at once and nothing else
 * happened. The prediction is exact if time alone determines the condition. A condition that remains true after its run
 * (`true`, a bare window) counts once, at its beginning. The result is empty if the next run depends on the end of a
 * live run, and if the condition can never hold. `factsAt` returns the task's facts at an instant, or now.
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
  // The next run follows the end of other runs, which cannot be predicted.
  if ((live + queued > 0 || options.dependsOnOthers === true) && holds(node, facts)) return []
  const found: number[] = []
  let stays = false
  for (let count = 0; count < maxEvaluations && found.length < n; count++) {
    times.update(facts)
    if (holds(node, facts) && !stays) {
      found.push(facts.now)
      runs.add(facts.now)
    }
    times.update(facts)
    // Most conditions no longer hold after the imagined run; a condition that still holds has no next beginning yet.
    stays = holds(node, facts)
    const at = Math.min(wakesAt(node, facts), times.wakesAt(facts))
    if (!Number.isFinite(at)) break
    facts = imagine(factsAt(at))
  }
  return found
}

/** The next instant (epoch ms) at which time alone changes the condition's value; Infinity if there is none. */
export function flipsAt(
  node: ConditionNode,
  factsAt: (at?: number) => Facts,
  readings: FrozenReadings,
): number {
  const none = new ImaginedRuns()
  const present = factsAt()
  const times = new ImaginedTimes(node, present)
  let facts = new ImaginedFacts(present, none, readings, times)
  times.update(facts)
  const before = holds(node, facts)
  for (let count = 0; count < maxFlipEvaluations; count++) {
    const at = Math.min(wakesAt(node, facts), times.wakesAt(facts))
    if (!Number.isFinite(at)) break
    facts = new ImaginedFacts(factsAt(at), none, readings, times)
    times.update(facts)
    if (holds(node, facts) !== before) return at
  }
  return Number.POSITIVE_INFINITY
}
