/** The situation of a task in a session, read from the session's parts when the decision needs it. */

import type { TaskContext } from '../../../machines/task.setup.ts'
import type { SessionState } from '../api/session-parts.ts'
import { toLaunchLimit } from '../options/settings.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Situation } from './decision.ts'

/** The parts that count live runs and capacity. */
export interface SituationParts {
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
  readonly #core: Core
  readonly #entry: TaskEntry
  readonly #parts: SituationParts
  readonly #facts: TaskContext

  constructor(
    core: Core,
    parts: SituationParts,
    entry: TaskEntry,
    state: SessionState,
    holds: boolean,
    facts: TaskContext = entry.facts,
  ) {
    this.#core = core
    this.#parts = parts
    this.#entry = entry
    this.state = state
    this.holds = holds
    this.#facts = facts
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
    return this.#facts.disabled
  }

  get canRecord(): boolean {
    return canRecord(this.#core)
  }

  get hasRoom(): boolean {
    return hasRoom(this.#core, this.#entry, this.#facts.live)
  }

  get isMainBusy(): boolean {
    return this.#parts.runs.exclusive > 0
  }

  get hasSlot(): boolean {
    return this.#parts.slots.shortageOf(this.#entry) === null
  }

  get isDelayed(): boolean {
    const { hasForeignChange, relaunchAt } = this.#facts
    return relaunchAt !== null && !hasForeignChange && this.#core.clock.monotonic() < relaunchAt
  }
}

/** True if the run log accepts records, or buffers them until the store can write. */
export function canRecord({ logHealth, whenLogDown }: Core): boolean {
  return logHealth.state !== 'degraded' || whenLogDown !== 'pause'
}

/** The maximum number of live runs of the task. */
export function launchLimitOf(core: Core, entry: TaskEntry): number {
  const { concurrency } = entry.definition.options
  return concurrency === undefined ? core.settings.concurrency : toLaunchLimit(concurrency)
}

/** True if the concurrency limit allows another run of the task. */
export function hasRoom(core: Core, entry: TaskEntry, live: number = entry.facts.live): boolean {
  return live + (core.leaving.get(entry.name) ?? 0) < launchLimitOf(core, entry)
}
