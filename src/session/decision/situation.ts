/** The situation of a task in a session, read from the session's parts when the decision needs it. */

import type { TaskContext } from '../../../machines/task.setup.ts'
import type { Clock } from '../../clock/clock.ts'
import type { SessionState } from '../api/session-parts.ts'
import type { Configuration } from '../options/configuration.ts'
import { toLaunchLimit } from '../options/settings.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { Selection } from '../state/selection.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Situation } from './decision.ts'

/** The sources of situations. */
export interface SituationDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly registry: Registry
  readonly runLog: RunLog
  readonly selection: Selection
  readonly runs: { readonly exclusive: number }
  readonly slots: Capacity
}

/**
 * The current situation of a task. The caller provides the state of the session, whether the condition holds, and the facts of the
 * task, since a guard has the next facts before the actor has them.
 */
export class EntrySituation implements Situation {
  readonly state: SessionState
  readonly holds: boolean
  readonly #entry: TaskEntry
  readonly #deps: SituationDeps
  readonly #facts: TaskContext

  constructor(
    deps: SituationDeps,
    entry: TaskEntry,
    state: SessionState,
    holds: boolean,
    facts: TaskContext = entry.facts,
  ) {
    this.#deps = deps
    this.#entry = entry
    this.state = state
    this.holds = holds
    this.#facts = facts
  }

  get isRemoved(): boolean {
    return this.#entry.isRemoved
  }

  get isChosen(): boolean {
    const { selection } = this.#deps
    const { only } = selection
    return only === null || only.has(this.#entry.name)
  }

  get role(): 'startup' | 'shutdown' | null {
    const { onStartup, onShutdown } = this.#entry.definition.options
    if (onStartup === true) return 'startup'
    return onShutdown === true ? 'shutdown' : null
  }

  get disabled(): boolean {
    return this.#facts.disabled
  }

  get canRecord(): boolean {
    return canRecord(this.#deps.runLog)
  }

  get hasRoom(): boolean {
    return hasRoom(this.#deps, this.#entry, this.#facts.live)
  }

  get isMainBusy(): boolean {
    return this.#deps.runs.exclusive > 0
  }

  get hasSlot(): boolean {
    return this.#deps.slots.shortageOf(this.#entry) === null
  }

  get isDelayed(): boolean {
    const { hasForeignChange, relaunchAt } = this.#facts
    return relaunchAt !== null && !hasForeignChange && this.#deps.clock.monotonic() < relaunchAt
  }
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

/** True if the concurrency limit allows another run of the task. */
export function hasRoom(
  { configuration, registry }: Pick<SituationDeps, 'configuration' | 'registry'>,
  entry: TaskEntry,
  live: number = entry.facts.live,
): boolean {
  return live + (registry.leaving.get(entry.name) ?? 0) < launchLimitOf(configuration, entry)
}
