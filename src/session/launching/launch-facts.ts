/** The facts of a launch, which are sent to the task's actor. */
import type { RunTrigger } from '../../../machines/protocol.ts'
import type { Launch } from '../../../machines/task.setup.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import { newRunId } from '../runs/run-id.ts'
import { noParams, type TaskEntry } from '../state/task-state.ts'

/** The session parts from which the facts of a launch are read. */
export interface LaunchDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
}

/** The launch of the task's first queued run, or of a run by its condition. */
export function launchOf(deps: LaunchDeps, entry: TaskEntry): Launch {
  const launch = orderOf(deps, entry, 'condition')
  const period = launch.period ?? entry.definition.period?.current(launch.at, entry.zone) ?? null
  const dueAt = entry.nextQueued !== undefined ? null : dueAtOf(deps, entry, launch.at, period?.start)
  return { ...launch, period, dueAt }
}

/** The launch of the task's first queued run, or of a run that the start or the shut-down of the session orders. */
export function orderOf(deps: LaunchDeps, entry: TaskEntry, trigger: RunTrigger): Launch {
  const { clock, configuration } = deps
  const queued = entry.nextQueued
  return {
    runId: queued?.runId ?? newRunId(deps, entry, noParams),
    trigger: queued?.trigger ?? trigger,
    at: clock.now(),
    relaunchAt: clock.monotonic() + configuration.settings.relaunchDelayMs,
    dueAt: null,
    period: queued?.period ?? null,
  }
}

/**
 * The instant at which the run became due, epoch ms: when its condition began to hold, but not before the period of the run (the
 * process may have been suspended during earlier periods), and not before the end of the relaunch delay.
 */
function dueAtOf(
  { clock }: LaunchDeps,
  { facts }: TaskEntry,
  now: number,
  periodStart = Number.NEGATIVE_INFINITY,
): number | null {
  const { dueAt, relaunchAt, hasForeignChange } = facts
  if (dueAt === null) return null
  const sinceRelaunch = hasForeignChange || relaunchAt === null ? 0 : clock.monotonic() - relaunchAt
  const relaunch = relaunchAt === null ? Number.NEGATIVE_INFINITY : now - sinceRelaunch
  return Math.min(now, Math.max(dueAt, periodStart, relaunch))
}
