/** Where conditions hear that something they depend on has changed. */

import type { Backlog } from '../../clock/slices.ts'
import type { Changes, Dependency } from '../../conditions/facts.ts'

/** The number of items delivered at once; more are delivered in slices. */
const fewListeners = 16

type Listener = () => void

interface Hearing {
  readonly owner: string | null
  readonly listener: Listener
}

/**
 * Listeners by what they depend on. Many of them look again in slices: nobody relies on their look but the launcher, which
 * waits for them.
 *
 * A change that comes from elsewhere than the owner's own runs lifts the owner's relaunch delay: `onForeign` is told which
 * owner, before its condition looks again.
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

  /** A record of the task, or its coming and going. `by` is the task whose run it is: to that task it is no foreign change. */
  taskChanged(task: string, by: string | null): void {
    this.#tell(`task ${task}`, by)
  }

  paramChanged(name: string): void {
    this.#tell(`param ${name}`, null)
  }

  /** A cycle ended: a condition without owner (the shut condition) hears of it before another begins. */
  cycleEnded(): void {
    for (const { owner, listener } of [...(this.#hearings.get('session') ?? [])])
      if (owner === null) listener()
  }

  /**
   * A cycle began: tasks hear that there was one more. Told at its end, they would launch in the cycle that is over. No
   * foreign change: otherwise each cycle would at once make the next.
   */
  cycleBegan(): void {
    const hearings = [...(this.#hearings.get('session') ?? [])].filter(({ owner }) => owner !== null)
    this.#callAll(hearings)
  }

  predicateChanged(node: object): void {
    this.#tell(node, null)
  }

  /** Whether any condition asks for cycles. */
  get hearsSession(): boolean {
    return this.#hearings.has('session')
  }

  #tell(key: unknown, by: string | null): void {
    const hearings = this.#hearings.get(key)
    if (hearings === undefined) return
    // A copy: a listener may stop listening, or begin to, while it is told.
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
