/** The limits of launches: concurrency, and a run log that accepts records. */
import type { Configuration } from '../options/configuration.ts'
import { toLaunchLimit } from '../options/settings.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** The session parts that give the concurrency limit of a task. */
export interface LimitDeps {
  readonly configuration: Configuration
  readonly registry: Registry
}

/** True if the run log accepts records, or buffers them until the store can write. */
export function canRecord({ health, whenDown }: RunLog): boolean {
  return health.state !== 'degraded' || whenDown !== 'pause'
}

/** The maximum number of live runs of the task. */
export function launchLimitOf({ settings }: Configuration, entry: TaskEntry): number {
  const { concurrency } = entry.definition.options
  return concurrency === undefined ? settings.concurrency : toLaunchLimit(concurrency)
}

/** True if the concurrency limit allows another run of the task, in addition to the live ones. */
export function hasRoom({ configuration, registry }: LimitDeps, entry: TaskEntry, live: number): boolean {
  return live + (registry.leaving.get(entry.name) ?? 0) < launchLimitOf(configuration, entry)
}
