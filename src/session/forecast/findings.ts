/** The results of a forecast, collected while a simulation runs. */
import type { ConditionNode, HeldNode } from '../../conditions/node.ts'
import type { RunRecord } from '../../log/entry.ts'
import { toDateTime } from '../../time/zone/zone.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Assumption, NotForecastable, PlannedRun } from '../api/forecast.ts'
import type { FactsOf } from '../state/ports.ts'
import type { Registry } from '../state/registry.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { FrozenConditions } from './frozen-conditions.ts'

/** The number of relaunches after which a task counts as one that runs continuously, since its condition still holds. */
const maxRelaunches = 10

/** The tasks of a session and the facts of their conditions. */
export interface TasksAndFacts {
  readonly registry: Registry
  readonly factsOf: FactsOf
}

export class Findings {
  readonly runs: PlannedRun[] = []
  readonly assumed: Assumption[] = []
  readonly notForecastable: NotForecastable[] = []
  readonly #live: TasksAndFacts
  readonly #runtimes: ReadonlyMap<string, number>
  readonly #limit: number
  readonly #conditions: FrozenConditions
  readonly #relaunches = new Map<string, { readonly dueAt: number; count: number }>()

  /**
   * @param live - The session that is simulated.
   * @param runtimes - Expected runtimes by task, ms.
   * @param limit - The maximum number of runs.
   */
  constructor(
    live: TasksAndFacts & { readonly sessionActor: SessionActor },
    runtimes: ReadonlyMap<string, number>,
    limit: number,
  ) {
    this.#live = live
    this.#runtimes = runtimes
    this.#limit = limit
    const { state } = live.sessionActor
    // The session subscribes to streams while it watches start conditions.
    this.#conditions = new FrozenConditions(state === 'running' || state === 'held')
  }

  /** True if no more runs are listed. */
  get isFull(): boolean {
    return this.runs.length >= this.#limit
  }

  /** The condition as it is simulated. */
  still(node: ConditionNode, entry: TaskEntry | null): ConditionNode {
    return this.#conditions.hold(node, this.#live.factsOf(entry), (held) => this.#note(entry, held))
  }

  /** The time for which a part of a simulated condition has held, ms; undefined if it does not hold. */
  heldMs(node: HeldNode): number | undefined {
    return this.#conditions.heldMs(node)
  }

  /** The expected runtime of a task, ms; Infinity if its runs do not end. */
  runtimeMs(task: string): number {
    const known = this.#runtimes.get(task)
    if (known !== undefined) return known
    return this.#live.registry.entries.get(task)?.definition.options.permanent === true
      ? Number.POSITIVE_INFINITY
      : 0
  }

  /** Lists the run of a record. */
  onRecord(record: RunRecord, { registry, factsOf }: TasksAndFacts): void {
    if (record.action !== 'run' || this.isFull) return
    const entry = registry.entries.get(record.task)!
    const at = toDateTime(record.at, entry.zone)
    // Most runs start when they become due: both fields then share one value.
    const dueAt = record.dueAt === record.at ? at : record.dueAt
    const because = (): string => this.#conditions.because(entry.definition.start.node, factsOf(entry))
    this.runs.push({
      task: record.task,
      at,
      dueAt: typeof dueAt === 'number' ? toDateTime(dueAt, entry.zone) : (dueAt ?? null),
      runtimeMs: this.runtimeMs(record.task),
      trigger: record.trigger ?? 'condition',
      because: reasonOf(record) ?? because(),
    })
    if (record.dueAt !== undefined && this.#isContinuous(entry, record.at)) {
      // The simulation would consist of its runs.
      tell(entry.actor, { type: 'task.disable' })
      this.notForecastable.push({
        task: entry.name,
        statement: because(),
        reason:
          'its condition still holds after each run: it runs again and again, and only the first runs are listed',
      })
    }
  }

  /** Counts the relaunches of a task; true if its condition still holds after many runs. */
  #isContinuous({ name, facts }: TaskEntry, at: number): boolean {
    const { dueAt } = facts
    if (dueAt === null || at === dueAt) return false
    const before = this.#relaunches.get(name)
    if (before?.dueAt !== dueAt) {
      this.#relaunches.set(name, { dueAt, count: 1 })
      return false
    }
    before.count += 1
    return before.count >= maxRelaunches
  }

  #note(entry: TaskEntry | null, held: { statement: string; value: boolean; reason: string | null }): void {
    const task = entry?.name ?? null
    const { statement, value, reason } = held
    if (reason === null) this.assumed.push({ task, statement, value })
    else this.notForecastable.push({ task, statement, reason })
  }
}

/** The reason for a run that its condition does not launch; null for other runs. */
function reasonOf({ trigger }: RunRecord): string | null {
  if (trigger === 'manual') return 'a manual run was requested'
  if (trigger === 'startup') return 'the session starts'
  return trigger === 'catch-up' ? 'an earlier run was missed' : null
}
