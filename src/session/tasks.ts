/** The tasks of a session: they are added, watched, changed, removed, and their actors made, woken and stopped. */
import { createActor } from 'xstate'
import type { taskMachine } from '../../machines/task.machine.ts'
import type { Condition } from '../conditions/condition.ts'
import { holds } from '../conditions/holds.ts'
import type { ConditionNode } from '../conditions/node.ts'
import { toCondition } from '../conditions/to-condition.ts'
import { watch } from '../conditions/watch.ts'
import { ConditionError, TaskExistsError, TaskNotFoundError } from '../errors.ts'
import { checkExecution } from '../executors/outside-work.ts'
import { toErrorData } from '../log/error-data.ts'
import { resolveStore } from '../log/resolve-store.ts'
import type { Store } from '../log/run-log.ts'
import { SessionLog } from '../log/session-log.ts'
import { near } from '../near.ts'
import { checkZone } from '../time/zone.ts'
import { show } from './check.ts'
import type { Start, TaskOptions, TaskUpdate } from './contract.ts'
import type { Core } from './core.ts'
import { doubtCircles, doubtNames, doubtStart } from './doubts.ts'
import { type TaskActor, type TaskDefinition, TaskEntry } from './entry.ts'

import type { Launcher } from './launcher.ts'
import { keepWhatIsCounted } from './memory-needs.ts'
import type { Occasions } from './occasions.ts'
import { checkTaskOptions } from './options.ts'
import { stopActors } from './provide.ts'
import type { Runs } from './runs.ts'
import { EndFacts, FailedPredicate } from './session-facts.ts'

/** What else than watching happens when a watched condition speaks. */
export interface TaskParts {
  readonly runs: Runs
  readonly launcher: Launcher
  readonly occasions: Occasions
  /** The wake clock and facts of watches. */
  readonly watchClock: { now(): number; wakeAt(at: number, wake: () => void): () => void }
}

export class Tasks {
  readonly #core: Core
  readonly #machine: typeof taskMachine
  readonly #parts: TaskParts
  #shutCondition: Condition | null = null
  #undoShutWatch: (() => void) | null = null
  #isWatching = false
  #isLogOpen = false

  constructor(core: Core, machine: typeof taskMachine, parts: TaskParts) {
    this.#core = core
    this.#machine = machine
    this.#parts = parts
  }

  /** A checked definition; every problem throws here and nothing is half-made. */
  define(name: string, start: Start, options: TaskOptions, work: unknown): TaskDefinition {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`Cannot add a task as its name must be a non-empty string: ${show(name)}`)
    checkTaskOptions(options)
    if (work === undefined || work === null || (typeof work !== 'function' && typeof work !== 'object'))
      throw new TypeError(`Cannot add task '${name}' as its work must be a function: ${show(work)}`)
    this.#checkPool(name, options)
    checkExecution(work, options.execution ?? this.#core.settings.execution, name)
    return {
      name,
      start: toCondition(start, this.#core.words),
      end: options.end === undefined ? null : toCondition(options.end, this.#core.words),
      options,
      work,
    }
  }

  #checkPool(name: string, { pool }: TaskOptions): void {
    const { pools } = this.#core.settings
    if (pool === undefined || pools.has(pool)) return
    const [nearest] = near(pool, pools.keys())
    const hint =
      nearest === undefined ? `Add it: createApp({ pools: { ${pool}: 3 } }).` : `Did you mean '${nearest}'?`
    throw new RangeError(
      `Cannot put task '${name}' into a pool as the session must have it: '${pool}'. ${hint}`,
    )
  }

  /** Throws if a task could not be added. */
  checkNew(task: {
    readonly task: string
    readonly start: unknown
    readonly options?: unknown
    readonly work: unknown
  }): void {
    this.define(task.task, task.start as Start, (task.options ?? {}) as TaskOptions, task.work)
    if (this.#core.settings.onTaskExists === 'raise' && this.#core.entries.has(task.task))
      throw new TaskExistsError(task.task)
  }

  /** Adds a task. It may launch at once if the session runs. */
  add(given: TaskDefinition): TaskEntry {
    const core = this.#core
    const taken = core.entries.get(given.name)
    let definition = given
    if (taken !== undefined) {
      const { onTaskExists } = core.settings
      if (onTaskExists === 'raise') throw new TaskExistsError(given.name)
      if (onTaskExists === 'ignore') return taken
      if (onTaskExists === 'replace') this.remove(taken)
      else definition = { ...given, name: this.#freeName(given.name) }
    }
    const { name, options } = definition
    const zone = options.timezone === undefined ? core.settings.timezone : checkZone(options.timezone)
    doubtStart(core, definition, zone)
    const after = core.hooks.has('task')
      ? core.hooks.beforeSync({ ...core.context(null), name }, (error) =>
          core.fail('hook', `A task hook failed at task '${name}'.`, { task: name, error }),
        )
      : null
    const order = core.nextOrder()
    const entry = new TaskEntry(`${name}#${order}`, order, definition, zone)
    core.entries.set(name, entry)
    core.byId.set(entry.id, entry)
    this.#makeActor(entry)
    core.changes.taskChanged(name, null)
    if (core.news.isHeard) core.news.tell({ type: 'task.added', task: name, at: core.clock.now() })
    if (this.#isWatching) {
      doubtNames(core, entry)
      this.#watch(entry)
    }
    after?.({ value: core.hooks.has('task') ? core.handleOf(entry) : undefined })
    return entry
  }

  /** Takes a task out: its name is free at once, its living runs are told to end. */
  remove(entry: TaskEntry): void {
    this.pass({ type: 'task.remove', task: entry.name })
  }

  /** The effect of a removal in the task machine. */
  release(entry: TaskEntry): void {
    const core = this.#core
    if (entry.isRemoved) return
    entry.isRemoved = true
    this.#unwatch(entry)
    entry.undoRelaunch?.()
    entry.undoRelaunch = null
    if (core.entries.get(entry.name) === entry) {
      core.entries.delete(entry.name)
      core.returns.delete(entry.name)
    }
    for (const queued of entry.queue.splice(0))
      queued.pending?.refuse(
        new TaskNotFoundError(
          entry.name,
          [],
          `Cannot run task '${entry.name}' as it was removed before the run started.`,
        ),
      )
    if (entry.live.length > 0) {
      core.leaving.set(entry.name, (core.leaving.get(entry.name) ?? 0) + entry.live.length)
      this.#parts.runs.terminate(entry, 'removed')
    } else this.#forget(entry)
    core.changes.taskChanged(entry.name, null)
    core.news.tell({ type: 'task.removed', task: entry.name, at: core.clock.now() })
  }

  /** A run of the task has ended. */
  runEnded(entry: TaskEntry): void {
    if (entry.live.length === 0) {
      entry.endWatch?.unsubscribe()
      entry.endWatch = null
    }
    if (!entry.isRemoved) return
    const core = this.#core
    const left = (core.leaving.get(entry.name) ?? 1) - 1
    if (left > 0) core.leaving.set(entry.name, left)
    else core.leaving.delete(entry.name)
    if (entry.live.length === 0) this.#forget(entry)
    const successor = core.entries.get(entry.name)
    if (successor !== undefined) this.#parts.launcher.consider(successor)
  }

  /** Throws if an update could not be made. */
  checkUpdate(entry: TaskEntry, update: TaskUpdate): void {
    const { start, ...changed } = update
    const { name, work, options, start: before } = entry.definition
    this.define(name, start ?? before, { ...options, ...changed }, work)
  }

  /** Changes options of a task while it lives; checked before anything changes. */
  update(entry: TaskEntry, update: TaskUpdate): void {
    const { start, ...changed } = update
    const before = entry.definition
    const options = { ...before.options, ...changed }
    const definition = this.define(before.name, start ?? before.start, options, before.work)
    entry.definition = definition
    entry.zone = options.timezone === undefined ? this.#core.settings.timezone : checkZone(options.timezone)
    if (changed.disabled !== undefined && changed.disabled !== entry.disabled)
      entry.actor.send({ type: changed.disabled ? 'task.disable' : 'task.enable' })
    if (this.#isWatching) {
      this.#unwatch(entry)
      this.#watch(entry)
    }
    this.#core.news.tell({ type: 'task.changed', task: entry.name, at: this.#core.clock.now() })
    this.#parts.launcher.consider(entry)
  }

  /** Opens the log: with the store that the options mean, or again with the store that an earlier stop closed. */
  openLog(): void | Promise<void> {
    const core = this.#core
    const take = (made: Store): void => {
      core.log = new SessionLog(made, core.clock)
      core.isLogClosed = false
    }
    if (core.isLogClosed) return take(core.log.store)
    if (this.#isLogOpen) return
    this.#isLogOpen = true
    const store = resolveStore(core.options.store, { onProblem: ({ message }) => core.warn('log', message) })
    return store instanceof Promise ? store.then(take) : take(store)
  }

  watchAll(): void {
    this.#isWatching = true
    for (const entry of this.#core.entries.values()) doubtNames(this.#core, entry)
    doubtCircles(this.#core)
    for (const entry of this.#core.entries.values()) this.#watch(entry)
  }

  unwatchAll(): void {
    this.#isWatching = false
    this.#undoShutWatch?.()
    this.#undoShutWatch = null
    for (const entry of this.#core.entries.values()) this.#unwatch(entry)
  }

  setShutCondition(start: Start | undefined): void {
    this.#shutCondition = start === undefined ? null : toCondition(start, this.#core.words)
    if (this.#undoShutWatch !== null || this.#isWatching) {
      this.#undoShutWatch?.()
      this.watchShutCondition()
    }
  }

  /** Watches the shut condition; true if it holds already. Its failure always ends the session. */
  watchShutCondition(): boolean {
    const core = this.#core
    if (this.#shutCondition === null) return false
    const subscription = watch(
      this.#shutCondition.node,
      () => core.factsOf(null),
      core.changes,
      this.#parts.watchClock,
    ).subscribe({
      next: (isTrue) => {
        if (isTrue && (core.state === 'running' || core.state === 'held'))
          core.actor.send({ type: 'session.shutDown' })
      },
      error: (error) => core.failFatally(error),
    })
    this.#undoShutWatch = () => subscription.unsubscribe()
    return !core.isActive && core.state !== 'held'
  }

  /** Start-up and shut-down tasks run when their start is `false` (forced) or holds. */
  isForcedOrHolds(entry: TaskEntry): boolean {
    const { node } = entry.definition.start
    if (entry.disabled) return false
    if (node.kind === 'constant' && !node.value) return true
    return this.holdsNow(entry)
  }

  holdsNow(entry: TaskEntry): boolean {
    try {
      return holds(entry.definition.start.node, this.#core.factsOf(entry))
    } catch (error) {
      this.conditionFailed(entry, error)
      return false
    }
  }

  conditionFailed(entry: TaskEntry | null, cause: unknown): void {
    const task = entry?.name
    const about = task === undefined ? 'The shut condition' : `A condition of task '${task}'`
    const error = new ConditionError(`${about} failed.`, task === undefined ? {} : { task }, { cause })
    // The session cannot know when to end any more: going on for ever would be worse than ending.
    if (entry === null) this.#core.failFatally(error)
    else this.#core.fail('condition', `${about} failed.`, { ...(task === undefined ? {} : { task }), error })
  }

  /** While runs live their end condition is watched. */
  watchEnd(entry: TaskEntry): void {
    const { end } = entry.definition
    if (end === null || entry.endWatch !== null) return
    const core = this.#core
    const terminate = (): void => this.#parts.runs.terminate(entry, 'end condition')
    entry.endWatch = watch(
      end.node,
      () => new EndFacts(core, entry),
      core.changes,
      this.#parts.watchClock,
      (error) => {
        // What a predicate threw is reported where it is read.
        if (!(error instanceof FailedPredicate)) this.conditionFailed(entry, error)
        terminate()
      },
    ).subscribe((isTrue) => {
      if (isTrue) terminate()
    })
  }

  /** Passes a command on to its task. After a stop the task's actor is made anew for it: commands count at any time. */
  pass(command: { readonly type: string; readonly task: string }): void {
    const entry = this.#core.entries.get(command.task)
    if (entry === undefined) return
    if (entry.actor.getSnapshot().status === 'stopped') this.#makeActor(entry)
    entry.actor.send(command as never)
  }

  /** Actors of a session that is started again; those that live are left alone. */
  wakeActors(): void {
    for (const entry of this.#core.entries.values()) {
      if (entry.actor.getSnapshot().status !== 'active') this.#makeActor(entry)
      else this.#restoreActor(entry)
    }
  }

  stopActors(): void {
    const actors = [...this.#core.entries.values()].map((entry) => {
      stopActors(
        entry.actor,
        entry.free.map((slot) => slot.actor),
      )
      entry.free.length = 0
      return entry.actor
    })
    stopActors(this.#core.actor, actors)
  }

  /** A task's actor failed: reported, made anew where its last record says; its siblings never notice. */
  restartActor(actorId: string): void {
    const entry = this.#core.byId.get(actorId)
    if (entry === undefined) return
    const core = this.#core
    const { error } = entry.actor.getSnapshot() as { error?: unknown }
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
    this.#makeActor(entry)
    this.#parts.launcher.consider(entry)
  }

  #makeActor(entry: TaskEntry): void {
    entry.actor = createActor(this.#machine, {
      parent: this.#core.actor,
      id: entry.id,
      input: { id: entry.id, name: entry.name, disabled: entry.disabled },
    }) as TaskActor
    entry.actor.start()
    this.#restoreActor(entry)
  }

  #restoreActor(entry: TaskEntry): void {
    const last = this.#core.log.index.status(entry.name)
    const live = entry.live.length
    if (last !== null || live > 0) entry.actor.send({ type: 'task.restored', last, live })
  }

  #watch(entry: TaskEntry): void {
    entry.watch = this.#watchNode(entry, entry.definition.start.node, (isTrue) => {
      entry.holds = isTrue
      entry.dueAt = isTrue ? this.#core.clock.now() : null
      if (isTrue) this.#parts.launcher.consider(entry)
    })
    this.#parts.occasions.begin(entry)
    keepWhatIsCounted(this.#core.log, entry.definition.start.node, this.#core.factsOf(entry))
  }

  #watchNode(entry: TaskEntry, node: ConditionNode, next: (isTrue: boolean) => void) {
    const core = this.#core
    const failed = (error: unknown): void => this.conditionFailed(entry, error)
    const look = () => core.factsOf(entry)
    return watch(node, look, core.changes, this.#parts.watchClock, failed).subscribe({ next })
  }

  #unwatch(entry: TaskEntry): void {
    this.#parts.occasions.end(entry)
    entry.watch?.unsubscribe()
    entry.watch = null
    entry.holds = false
    entry.dueAt = null
    this.#core.predicates.release(entry.name)
  }

  #forget(entry: TaskEntry): void {
    this.#core.byId.delete(entry.id)
    for (const resolve of entry.onEmpty.splice(0)) resolve()
  }

  #freeName(name: string): string {
    for (let n = 1; ; n++) if (!this.#core.entries.has(`${name} - ${n}`)) return `${name} - ${n}`
  }
}
