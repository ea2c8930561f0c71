/** The next runs of a task by time alone, as the launcher would start them. */

import { nextRuns } from '../../conditions/analysis/next-runs.ts'
import type { FrozenReadings } from '../../conditions/analysis/simulated-facts.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { FactsOf } from '../state/ports.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { type DecisionDeps, isLasting, obstacles, situationOf } from './decision.ts'

export interface PredictionDeps extends DecisionDeps {
  readonly sessionActor: Pick<SessionActor, 'state'>
  readonly factsOf: FactsOf
}

/**
 * The next `n` starts, epoch ms, if each run succeeds at once and nothing else happens. A stopped session is treated as if it were
 * started now. Empty if time alone launches no run, or if the next run has to wait for other runs.
 */
export function nextTaskRuns(
  deps: PredictionDeps,
  entry: TaskEntry,
  n: number,
  readings?: FrozenReadings,
): number[] {
  const { clock, sessionActor } = deps
  const { state } = sessionActor
  // The condition is assumed to hold here: the search evaluates it.
  if (entry.role !== null) return []
  const found = obstacles('condition', deps, situationOf(entry, state, true))
  if (found.some(isLasting)) return []
  const standing = new Set(found)
  const toWall = (mono: number): number => clock.now() + mono - clock.monotonic()
  const shortage = standing.has('slot') ? deps.slots.shortageOf(entry) : null
  const waits = [
    shortage?.untilMono == null ? [] : [toWall(shortage.untilMono)],
    standing.has('relaunch') ? [toWall(entry.facts.relaunchAt ?? 0)] : [],
  ].flat()
  const isRunning = standing.has('running')
  const dependsOnOthers =
    !isRunning && (standing.has('main') || (shortage !== null && shortage.untilMono === null))
  return nextRuns(entry.definition.start.node, (at) => deps.factsOf(entry, at), n, {
    notBefore: Math.max(Number.NEGATIVE_INFINITY, ...waits),
    live: entry.facts.live,
    queued: entry.queue.length,
    isStopped: state === 'stopped',
    dependsOnOthers,
    ...(readings === undefined ? {} : { readings }),
  })
}
