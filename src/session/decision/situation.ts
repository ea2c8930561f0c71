/** The situation of a task in a session, read from the session's parts when the decision needs it. */

import type { SessionState } from '../api/session-parts.ts'
import { toLaunchLimit } from '../options/settings.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Situation } from './decision.ts'

/** The counters of live runs and capacity. */
export interface SituationParts {
  readonly runs: { readonly exclusive: number }
  readonly slots: Capacity
}

/** A task as it is now. The state and whether the condition holds are given: who asks knows them. */
export class EntrySituation implements Situation {
  readonly state: SessionState
  readonly holds: boolean
  readonly #core: Core
  readonly #entry: TaskEntry
  readonly #parts: SituationParts

  constructor(core: Core, parts: SituationParts, entry: TaskEntry, state: SessionState, holds: boolean) {
    this.#core = core
    this.#parts = parts
    this.#entry = entry
    this.state = state
    this.holds = holds
  }

  get isRemoved(): boolean {
    return this.#entry.isRemoved
  }

  get isChosen(): boolean {
    const { only } = this.#core
    return only === null || only.has(this.#entry.name)
  }

  get role(): 'startup' | 'shutdown' | null {
    const { onStartup, onShutdown } = this.#entry.definition.options
    if (onStartup === true) return 'startup'
    return onShutdown === true ? 'shutdown' : null
  }

  get disabled(): boolean {
    return this.#entry.disabled
  }

  get canRecord(): boolean {
    return canRecord(this.#core)
  }

  get hasRoom(): boolean {
    return hasRoom(this.#core, this.#entry)
  }

  get isMainBusy(): boolean {
    return this.#parts.runs.exclusive > 0
  }

  get hasSlot(): boolean {
    return this.#parts.slots.shortageOf(this.#entry) === null
  }

  get isDelayed(): boolean {
    const { hasForeignChange, relaunchAt } = this.#entry
    return !hasForeignChange && this.#core.clock.monotonic() < relaunchAt
  }
}

/** True if the run log takes records, or keeps them until it can. */
export function canRecord({ logHealth, whenLogDown }: Core): boolean {
  return logHealth.state !== 'degraded' || whenLogDown !== 'pause'
}

/** The maximum number of live runs of the task. */
export function launchLimitOf(core: Core, entry: TaskEntry): number {
  const { concurrency } = entry.definition.options
  return concurrency === undefined ? core.settings.concurrency : toLaunchLimit(concurrency)
}

/** May one more run of the task live beside those that do? */
export function hasRoom(core: Core, entry: TaskEntry): boolean {
  return entry.live.length + (core.leaving.get(entry.name) ?? 0) < launchLimitOf(core, entry)
}
