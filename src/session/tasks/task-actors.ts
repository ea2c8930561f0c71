/** The lifecycle of task actors: they are created, restored, stopped, and recreated when they fail. */
import type { taskMachine } from '../../../machines/task.machine.ts'
import { inSlices } from '../../clock/slices.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { GuardedActor, tell } from '../actors/guarded-actor.ts'
import { stopActors } from '../actors/provide.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskActor, TaskEntry } from '../state/task-state.ts'

/** The number of actors that the session's machine stops in one step, since each step has a fixed cost. */
const actorsPerStep = 50

export class TaskActors {
  readonly #core: Core
  readonly #machine: typeof taskMachine

  constructor(core: Core, machine: typeof taskMachine) {
    this.#core = core
    this.#machine = machine
  }

  /** Creates or restores the actors at the start of the session. */
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

  /** Recreates a failed actor in the state of the task's last record, and reports the failure. */
  restart(actorId: string): void {
    const entry = this.#core.byId.get(actorId)
    if (entry === undefined) return
    const core = this.#core
    const { status, error } = entry.actor.getSnapshot() as { status: string; error?: unknown }
    // The snapshot is authoritative: foreign events may claim a failure.
    if (status !== 'error') return
    core.warn('task-actor', `The actor of task '${entry.name}' failed; it is created again.`, {
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

  /** Creates the actor of a task, in the state of its last record. */
  make(entry: TaskEntry): void {
    const actor = new GuardedActor(this.#machine, {
      parent: this.#core.actor,
      id: entry.id,
      input: { id: entry.id, name: entry.name, disabled: entry.disabled, facts: entry.facts },
    }) as TaskActor
    actor.start()
    // Restored before it is visible: `state$` must not emit the initial state.
    this.#restore(entry, actor)
    entry.actor = actor
  }

  #restore(entry: TaskEntry, actor: TaskActor): void {
    const last = this.#core.log.index.status(entry.name)
    const live = entry.live.length
    if (last !== null || live > 0 || entry.hasQueued) tell(actor, { type: 'task.restored', last, live })
  }

  /** Recreates the actor of a task after a stop, so that it accepts a command. */
  wakeUp(entry: TaskEntry): void {
    // An inspector may send a command while the actor is being created.
    if ((entry.actor as TaskActor | undefined)?.getSnapshot().status === 'stopped') this.make(entry)
  }
}

function groupsOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const groups: (readonly T[])[] = []
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size))
  return groups
}
