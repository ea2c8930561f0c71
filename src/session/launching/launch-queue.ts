/** The launch order of ready tasks, and the evaluations that a launch waits for. */

import type { Clock } from '../../clock/clock.ts'
import type { Backlog } from '../../clock/slices.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import type { FactsOf } from '../state/ports.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** A copy of the state of a launch line. */
export interface LaunchLineState {
  readonly ready: readonly TaskEntry[]
  /** The paused settling; null between two settlings. */
  readonly settling: {
    /** Tasks still to be taken, in order. */
    readonly left: readonly TaskEntry[]
    readonly taken: readonly TaskEntry[]
    readonly fresh: readonly TaskEntry[]
    readonly isAgain: boolean
  } | null
}

/**
 * The ready tasks. A settling takes each of them once, in order: by priority (descending), tasks with queued runs
 * first, then by order of creation. A settling may pause between two tasks.
 */
export class LaunchQueue {
  readonly #ready = new Set<TaskEntry>()
  /** The order of the settling in progress, and the position in it. */
  #line: TaskEntry[] | null = null
  #at = 0
  /** Tasks already taken in this settling. */
  readonly #taken = new Set<TaskEntry>()
  /** Tasks that became ready since the settling began and have not been taken in it. */
  #fresh: TaskEntry[] = []
  /** True if a task became ready again after its turn in the settling. */
  #isAgain = false

  get size(): number {
    return this.#ready.size
  }

  has(entry: TaskEntry): boolean {
    return this.#ready.has(entry)
  }

  add(entry: TaskEntry): void {
    if (this.#ready.has(entry)) return
    this.#ready.add(entry)
    if (this.#line === null) return
    if (this.#taken.has(entry)) this.#isAgain = true
    else this.#fresh.push(entry)
  }

  /** Removes a task that is no longer ready. */
  delete(entry: TaskEntry): void {
    this.#ready.delete(entry)
  }

  /** Begins a settling, or continues the paused one: tasks that became ready meanwhile are inserted in order. */
  goOn(): void {
    if (this.#line === null) this.#line = [...this.#ready].sort(byLaunchOrder)
    else if (this.#fresh.length > 0)
      this.#line = [...this.#line.slice(this.#at), ...this.#fresh].sort(byLaunchOrder)
    else return
    this.#at = 0
    this.#fresh = []
  }

  /** The next task of the settling; undefined when each has been taken. */
  next(): TaskEntry | undefined {
    const line = this.#line ?? []
    while (this.#at < line.length) {
      const entry = line[this.#at++]!
      if (!this.#ready.has(entry) || this.#taken.has(entry)) continue
      this.#taken.add(entry)
      return entry
    }
    return undefined
  }

  /** Returns a task to its position: the settling pauses before it. */
  putBack(entry: TaskEntry): void {
    this.#taken.delete(entry)
    this.#at -= 1
  }

  /** Ends the settling; true if a task became ready again after its turn and needs another settling. */
  end(): boolean {
    const isAgain = this.#isAgain
    this.#line = null
    this.#at = 0
    this.#taken.clear()
    this.#fresh = []
    this.#isAgain = false
    return isAgain
  }

  clear(): void {
    this.#ready.clear()
    this.end()
  }

  /** A copy of the current state. */
  copy(): LaunchLineState {
    const settling =
      this.#line === null
        ? null
        : {
            left: this.#line.slice(this.#at),
            taken: [...this.#taken],
            fresh: [...this.#fresh],
            isAgain: this.#isAgain,
          }
    return { ready: [...this.#ready], settling }
  }

  /**
   * Adopts the state of another session's line; `toOwn` maps its tasks to this session's, undefined where this session
   * has none.
   */
  adopt({ ready, settling }: LaunchLineState, toOwn: (entry: TaskEntry) => TaskEntry | undefined): void {
    const own = (entries: readonly TaskEntry[]): TaskEntry[] => entries.flatMap((entry) => toOwn(entry) ?? [])
    this.clear()
    for (const entry of own(ready)) this.#ready.add(entry)
    if (settling === null) return
    this.#line = own(settling.left)
    this.#fresh = own(settling.fresh)
    for (const entry of own(settling.taken)) this.#taken.add(entry)
    this.#isAgain = settling.isAgain
  }
}

export interface PredicateWaitDeps {
  readonly clock: Clock
  readonly backlog: Backlog
  readonly factsOf: FactsOf
}

function byLaunchOrder(a: TaskEntry, b: TaskEntry): number {
  return b.priority - a.priority || Number(b.hasQueued) - Number(a.hasQueued) || a.order - b.order
}

/**
 * The wait of launches for pending evaluations. Many conditions are evaluated again in slices. A launch waits for the
 * evaluations that were pending before it began to wait, so that priority decides and not the order of evaluation. It
 * waits for no others: endless changes must not block all launches.
 */
export class PredicateWait {
  readonly #deps: PredicateWaitDeps
  #since: { readonly batch: object | null; readonly mark: number } | null = null

  constructor(deps: PredicateWaitDeps) {
    this.#deps = deps
  }

  /** True if launches wait now. */
  mustWait(): boolean {
    const { clock, backlog } = this.#deps
    const batch = clock.dueBatch ?? null
    if (this.#since === null) {
      if (batch === null && backlog.isEmpty) return false
      this.#since = { batch, mark: backlog.mark }
      return true
    }
    const { batch: before, mark } = this.#since
    const waits = (before !== null && before === batch) || !backlog.isPast(mark)
    if (!waits) this.#since = null
    return waits
  }

  /** True if the last value of the task's condition is outdated and its evaluation is pending. */
  isOutdated(entry: TaskEntry): boolean {
    const deps = this.#deps
    if (deps.backlog.isEmpty || !entry.holds) return false
    try {
      return !holds(entry.definition.start.node, deps.factsOf(entry))
    } catch {
      // The pending evaluation reports the error.
      return true
    }
  }
}
