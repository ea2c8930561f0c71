/** The actors of tasks: made, woken, stopped, and recreated when they fail. */
import type { taskMachine } from '../../../machines/task.machine.ts'
import { inSlices } from '../../clock/slices.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { GuardedActor, tell } from '../actors/guarded-actor.ts'
import { stopActors } from '../actors/provide.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskActor, TaskEntry } from '../state/task-state.ts'

/** The number that the session's machine stops in one step: each step has a fixed cost. */
const actorsPerStep = 50

export class TaskActors {
  readonly #core: Core
  readonly #machine: typeof taskMachine

  constructor(core: Core, machine: typeof taskMachine) {
    this.#core = core
    this.#machine = machine
  }

  /** Actors of a session that is started again; those that live are left alone. */
  wake(signal: AbortSignal): void | Promise<void> {
    const wake = (entry: TaskEntry): void => {
      if (entry.isRemoved) return
      if (entry.actor.getSnapshot().status !== 'active') this.make(entry)
      else this.#restore(entry, entry.actor)
    }
    return inSlices(this.#core.clock, this.#core.entries.values(), wake, () => !signal.aborted)
  }

  /** Recreates the actors that a stop has stopped. */
  revive(): void | Promise<void> {
    const { clock, entries } = this.#core
    return inSlices(clock, entries.values(), (entry) => {
      if (entry.actor.getSnapshot().status === 'stopped') this.make(entry)
    })
  }

  stop(): void | Promise<void> {
    const { clock, entries, actor } = this.#core
    const groups = groupsOf([...entries.values()], actorsPerStep)
    return inSlices(clock, groups, (group) => {
      for (const entry of group) {
        stopActors(
          entry.actor,
          entry.free.map((slot) => slot.actor),
        )
        entry.free.length = 0
      }
      stopActors(
        actor,
        group.map((entry) => entry.actor),
      )
    })
  }

  /** A task's actor failed: reported, recreated where its last record says; its siblings never notice. */
  restart(actorId: string): void {
    const entry = this.#core.byId.get(actorId)
    if (entry === undefined) return
    const core = this.#core
    const { status, error } = entry.actor.getSnapshot() as { status: string; error?: unknown }
    // Only the actor itself knows: others may say so of one that is well.
    if (status !== 'error') return
    core.warn('task-actor', `The actor of task '${entry.name}' failed; it is made anew.`, {
      task: entry.name,
      error,
    })
    core.news.tell({
      type: 'task.crashed',
      task: entry.name,
      at: core.clock.now(),
      error: toErrorData(error),
    })
    if (entry.isRemoved) return
    this.make(entry)
  }

  /** Makes the actor of a task, where its last record says. */
  make(entry: TaskEntry): void {
    const actor = new GuardedActor(this.#machine, {
      parent: this.#core.actor,
      id: entry.id,
      input: { id: entry.id, name: entry.name, disabled: entry.disabled, facts: entry.facts },
    }) as TaskActor
    actor.start()
    // Restored before it is seen: `state$` must not emit the state of an actor that knows nothing yet.
    this.#restore(entry, actor)
    entry.actor = actor
  }

  #restore(entry: TaskEntry, actor: TaskActor): void {
    const last = this.#core.log.index.status(entry.name)
    const live = entry.live.length
    if (last !== null || live > 0 || entry.hasQueued) tell(actor, { type: 'task.restored', last, live })
  }

  /** Recreates the actor of a task after a stop, so that it takes a command. */
  wakeUp(entry: TaskEntry): void {
    // An inspector may send while the actor is being made.
    if ((entry.actor as TaskActor | undefined)?.getSnapshot().status === 'stopped') this.make(entry)
  }
}

function groupsOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const groups: (readonly T[])[] = []
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size))
  return groups
}
