/** Notifications for conditions about changes of their dependencies. */

import type { Backlog } from '../../clock/slices.ts'
import type { Changes, Dependency } from '../../conditions/facts.ts'

/** The maximum number of listeners that are called at once; more are called in slices. */
const fewListeners = 16

type Listener = () => void

interface Hearing {
  readonly owner: string | null
  readonly listener: Listener
}

/**
 * Listeners by dependency. Many listeners are called in slices: only the launcher relies on their evaluations, and it waits for
 * them.
 *
 * A foreign change, which does not come from the owner's own runs, ends the owner's relaunch delay: `onForeign` receives the owner
 * before its condition is evaluated again.
 */
export class ConditionChanges implements Changes {
  readonly #hearings = new Map<unknown, Set<Hearing>>()
  readonly #backlog: Backlog
  readonly #onForeign: (owner: string) => void

  constructor(backlog: Backlog, onForeign: (owner: string) => void) {
    this.#backlog = backlog
    this.#onForeign = onForeign
  }

  on(dependency: Dependency, owner: string | null, listener: Listener): () => void {
    const key = keyOf(dependency)
    let hearings = this.#hearings.get(key)
    if (hearings === undefined) this.#hearings.set(key, (hearings = new Set()))
    const hearing: Hearing = { owner, listener }
    hearings.add(hearing)
    return () => {
      hearings.delete(hearing)
      this.#backlog.drop(listener)
      if (hearings.size === 0 && this.#hearings.get(key) === hearings) this.#hearings.delete(key)
    }
  }

  /** Reports a record, the creation or the removal of a task. It is not a foreign change to the task `by`, whose run it is. */
  taskChanged(task: string, by: string | null): void {
    this.#tell(`task ${task}`, by)
  }

  paramChanged(name: string): void {
    this.#tell(`param ${name}`, null)
  }

  /** Reports the end of a cycle: notifies conditions without an owner (the shut condition) before the next cycle begins. */
  cycleEnded(): void {
    for (const { owner, listener } of [...(this.#hearings.get('session') ?? [])])
      if (owner === null) listener()
  }

  /**
   * Reports the beginning of a cycle: notifies the conditions of tasks that the count has grown. A notification at the end of the
   * previous cycle would launch them in it. It is not a foreign change, since each cycle would then cause the next at once.
   */
  cycleBegan(): void {
    const hearings = this.#hearings.get('session')
    if (hearings !== undefined) this.#callAll([...hearings].filter(({ owner }) => owner !== null))
  }

  predicateChanged(node: object): void {
    this.#tell(node, null)
  }

  /** True if a condition depends on the number of cycles. */
  get hearsSession(): boolean {
    return this.#hearings.has('session')
  }

  #tell(key: unknown, by: string | null): void {
    const hearings = this.#hearings.get(key)
    if (hearings === undefined) return
    // A copy, since listeners may be added and removed while they are called.
    const all = [...hearings]
    if (all.length > fewListeners) {
      for (const { owner } of all) if (owner !== null && owner !== by) this.#onForeign(owner)
      return this.#callAll(all)
    }
    for (const { owner, listener } of all) {
      if (owner !== null && owner !== by) this.#onForeign(owner)
      listener()
    }
  }

  #callAll(hearings: readonly Hearing[]): void {
    if (hearings.length > fewListeners) this.#backlog.add(hearings.map(({ listener }) => listener))
    else for (const { listener } of hearings) listener()
  }
}

function keyOf(dependency: Dependency): unknown {
  switch (dependency.kind) {
    case 'task':
      return `task ${dependency.task}`
    case 'param':
      return `param ${dependency.name}`
    case 'session':
      return 'session'
    case 'predicate':
      return dependency.node
  }
}
