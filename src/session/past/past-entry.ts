/** A task as it was at a past instant: without an actor, and with the facts of that instant. */
import type { TaskContext } from '../../../machines/task.setup.ts'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import { Capacity, type CapacityDeps, type Shortage } from '../runs/capacity.ts'
import {
  type QueuedRun,
  type RunActor,
  RunSlot,
  type TaskDefinition,
  TaskEntry,
} from '../state/task-state.ts'

/** The facts of a task at the instant, besides its definition. */
export interface PastFacts {
  readonly disabled: boolean
  /** The end of its relaunch delay, in lived time; null if it did not wait for one. */
  readonly relaunchAt: number | null
  readonly neverHolds: string | null
}

export class PastEntry extends TaskEntry {
  readonly #facts: PastFacts

  constructor(
    order: number,
    definition: TaskDefinition,
    zone: string,
    clock: { monotonic(): number },
    facts: PastFacts,
  ) {
    super(`${definition.name}#${order}`, order, definition, zone, new HeldTimes(clock))
    this.#facts = facts
    this.neverHolds = facts.neverHolds
  }

  override get facts(): TaskContext {
    const { disabled, relaunchAt } = this.#facts
    return {
      id: this.id,
      name: this.name,
      disabled,
      relaunchAt,
      holds: false,
      dueAt: null,
      hasForeignChange: false,
      live: this.live.length,
      runs: 0,
      lastRunId: null,
      lastOutcome: null,
    }
  }

  override get isRemoved(): boolean {
    return false
  }

  override get isReady(): boolean {
    return false
  }
}

/** A live run at a past instant. `reason`: why it was asked to end; undefined if it was not. */
export function pastSlot(entry: TaskEntry, reason: string | null | undefined): RunSlot {
  const snapshot = { value: reason === undefined ? 'running' : 'terminating', context: { reason } }
  // Only its snapshot is read.
  return new RunSlot(entry, { getSnapshot: () => snapshot } as unknown as RunActor)
}

export function pastQueued(run: Pick<QueuedRun, 'runId' | 'isReady' | 'execution'>): QueuedRun {
  return { ...run, params: {}, key: undefined, trigger: 'manual', pending: undefined, value: undefined }
}

/** Capacity for which, by assumption, other tasks are ahead. */
export class PastCapacity extends Capacity {
  readonly #isTakenFirst: boolean

  constructor(deps: CapacityDeps, isTakenFirst: boolean) {
    super(deps)
    this.#isTakenFirst = isTakenFirst
  }

  override shortageOf(entry: TaskEntry): Shortage | null {
    const found = super.shortageOf(entry)
    if (found !== null || !this.#isTakenFirst) return found
    return { of: '', sentence: 'other tasks are ahead of it', untilMono: null }
  }
}
