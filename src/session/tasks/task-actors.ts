/** The lifecycle of task actors: they are created, restored, stopped, and recreated when they fail. */
import type { AnyActorRef } from 'xstate'
import type { taskMachine } from '../../../machines/task.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import { inSlices } from '../../clock/slices.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { GuardedActor, tell } from '../actors/guarded-actor.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskActor, TaskEntry } from '../state/task-state.ts'
import type { Watches } from '../watching/condition-watches.ts'

/** The number of actors that the session's machine stops in one step, since each step has a fixed cost. */
const actorsPerStep = 50

export interface TaskActorsDeps {
  readonly clock: Clock
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly registry: Registry
  readonly runLog: RunLog
  readonly watches: Pick<Watches, 'repeat'>
  /** The task machine with its effects. */
  readonly machine: typeof taskMachine
}

export class TaskActors {
  readonly #deps: TaskActorsDeps
  /** Actors that failed while they were created. */
  readonly #stillborn = new WeakSet<TaskActor>()

  constructor(deps: TaskActorsDeps) {
    this.#deps = deps
  }

  /** Creates or restores the actors at the start of the session. */
  wake(signal: AbortSignal): void | Promise<void> {
    const wake = (entry: TaskEntry): void => {
      if (entry.isRemoved) return
      if (entry.actor.getSnapshot().status !== 'active') this.make(entry)
      else this.#restore(entry, entry.actor)
    }
    return inSlices(this.#deps.clock, this.#deps.registry.entries.values(), wake, () => !signal.aborted)
  }

  /** Recreates the actors that a stop has stopped. */
  revive(): void | Promise<void> {
    const { clock, registry } = this.#deps
    const { entries } = registry
    return inSlices(clock, entries.values(), (entry) => {
      if (entry.actor.getSnapshot().status === 'stopped') this.make(entry)
    })
  }

  stop(): void | Promise<void> {
    const { clock, registry, sessionActor } = this.#deps
    const { entries } = registry
    const { ref: actor } = sessionActor
    const groups = groupsOf([...entries.values()], actorsPerStep)
    return inSlices(clock, groups, (group) => {
      for (const entry of group) {
        stopActors(
          entry.actor,
          entry.free.splice(0).map((slot) => slot.actor),
        )
      }
      stopActors(
        actor,
        group.map((entry) => entry.actor),
      )
    })
  }

  /**
   * Recreates a failed actor in the state of the task's last record, and reports the failure. One that failed while it was created is
   * created again only for the next command or start: an endless loop would block the session.
   */
  restart(actorId: string): void {
    const entry = this.#deps.registry.byId.get(actorId)
    if (entry === undefined) return
    const deps = this.#deps
    const { status, error } = entry.actor.getSnapshot() as { status: string; error?: unknown }
    // The snapshot is authoritative: foreign events may claim a failure.
    if (status !== 'error') return
    const isStillborn = this.#stillborn.has(entry.actor)
    const what = isStillborn
      ? 'failed while it was created; the next command creates it again'
      : 'failed; it is created again'
    deps.reporter.warn('task-actor', `The actor of task '${entry.name}' ${what}.`, {
      task: entry.name,
      error,
    })
    deps.reporter.news.tell({
      type: 'task.crashed',
      task: entry.name,
      at: deps.clock.now(),
      error: toErrorData(error),
    })
    if (entry.isRemoved || isStillborn) return
    // XState lets an actor stop only its own children.
    for (const slot of entry.free.splice(0)) tell(slot.actor, { type: 'run.close' })
    this.make(entry)
    deps.watches.repeat(entry)
  }

  /** Notifies a task that its condition depends on a change that its own runs have not made. */
  dependencyChanged(task: string): void {
    const entry = this.#deps.registry.entries.get(task)
    if (entry === undefined) return
    const { hasForeignChange, live, relaunchAt } = entry.facts
    // Only a relaunch delay asks for it, and one report of it lasts until the next launch.
    if (!hasForeignChange && (live > 0 || relaunchAt !== null))
      tell(entry.actor, { type: 'dependency.changed' })
  }

  /** Creates the actor of a task, in the state of its last record. */
  make(entry: TaskEntry): void {
    const actor = new GuardedActor(this.#deps.machine, {
      parent: this.#deps.sessionActor.ref,
      id: entry.id,
      input: {
        id: entry.id,
        name: entry.name,
        disabled: entry.disabled,
        // A predecessor that failed within a launch has counted a run that does not live.
        facts: { ...entry.facts, live: entry.live.length },
      },
    }) as TaskActor
    actor.start()
    // Restored before it is visible: `state$` must not emit the initial state.
    this.#restore(entry, actor)
    if (hasFailed(actor)) this.#stillborn.add(actor)
    entry.actor = actor
  }

  #restore(entry: TaskEntry, actor: TaskActor): void {
    const last = this.#deps.runLog.current.index.status(entry.name)
    const live = entry.live.length
    if (last !== null || live > 0 || entry.hasQueued) tell(actor, { type: 'task.restored', last, live })
  }

  /** Recreates the actor of a task after a stop, or one that failed while it was created, so that it accepts a command. */
  wakeUp(entry: TaskEntry): void {
    // An inspector may send a command while the actor is being created.
    const actor = entry.actor as TaskActor | undefined
    if (actor?.getSnapshot().status === 'stopped' || (actor !== undefined && this.#stillborn.has(actor)))
      this.make(entry)
  }
}

function hasFailed(actor: TaskActor): boolean {
  return (actor.getSnapshot() as { readonly status: string }).status === 'error'
}

function groupsOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const groups: (readonly T[])[] = []
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size))
  return groups
}

/** Stops actors that were created with `parent` as their parent, through its machine: XState has no other public way. */
function stopActors(parent: AnyActorRef, actors: readonly AnyActorRef[]): void {
  if (actors.length > 0) tell(parent, { type: 'actors.stop', actors })
}
