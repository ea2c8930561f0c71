/**
 * The changes made at run time, saved for the next process (`persist: true`): params, disabled tasks, updates, waiting manual runs,
 * and tasks created from templates. They are one note in the run log, written after each turn of the event loop with a change, so
 * that it is ordered with the records of runs and equally durable. Only the newest note counts.
 */
import type { Clock } from '../../clock/clock.ts'
import { SetupError } from '../../errors/errors.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { TaskUpdate } from '../api/task-options.ts'
import type { ChangeSignal } from '../events/change-signal.ts'
import type { RunQueue } from '../launching/manual-runs.ts'
import type { RunLog } from '../state/run-log.ts'
import type { QueuedRun, TaskEntry } from '../state/task-state.ts'
import type { Tasks } from '../tasks/task-registry.ts'
import { Changes, type ChangesDeps, type ParamChanges, type TaskChanges } from './changes.ts'

/** The saved state, as stored in the log. */
interface State extends ParamChanges {
  readonly version: 1
  readonly tasks: Readonly<Record<string, TaskState>>
}

/** The saved state of one task. */
interface TaskState extends TaskChanges {
  readonly queue?: readonly SavedRun[]
}

/** A waiting manual run. */
type SavedRun = Pick<QueuedRun, 'runId' | 'params' | 'trigger'> &
  Partial<Pick<QueuedRun, 'key' | 'execution' | 'period'>>

const newsOfChange = ['task.added', 'task.changed', 'task.removed', 'run.queued', 'run.started'] as const

export interface PersistenceDeps extends ChangesDeps {
  readonly clock: Clock
  readonly runLog: RunLog
  readonly stateChange: ChangeSignal
  readonly tasks: Pick<Tasks, 'add' | 'ofTemplate' | 'update'>
  readonly queue: Pick<RunQueue, 'ask'>
}

export class Persistence {
  readonly #deps: PersistenceDeps
  readonly #changes: Changes
  /** The saved states of tasks that do not exist yet. */
  readonly #waiting = new Map<string, TaskState>()
  #undo: (() => void)[] = []
  #isScheduled = false
  /** True while the saved state is restored: its changes are not saved again. */
  #isRestoring = false
  /** True once the state of an earlier process is restored. */
  #isRestored = false

  constructor(deps: PersistenceDeps) {
    this.#deps = deps
    this.#changes = new Changes(deps)
  }

  /**
   * Restores the saved state, and saves every change from now on. A later start in the same process restores only the waiting runs,
   * which the stop abandoned: the rest is still in memory, or was changed while the session was stopped. Throws a `SetupError` if the
   * store is not durable.
   */
  async begin(signal: AbortSignal): Promise<void> {
    const { configuration, reporter, registry, runLog, stateChange } = this.#deps
    // After a restart within the process, changes are still saved, and runs still wait.
    if (configuration.options.persist !== true || this.#undo.length > 0) return
    const log = runLog.current
    if (!log.store.durable)
      throw new SetupError(
        `Cannot persist the session as its store must outlive the process: '${log.store.name}'. Give one to createApp: { store: 'sqlite:./gantry.db' }`,
      )
    this.#changes.learn()
    const [note] = await log.notes({ note: 'state', limit: 1 })
    signal.throwIfAborted()
    if (note !== undefined) {
      const state = note.data as State
      const tasks = await this.#withoutRunOnes(state.tasks)
      signal.throwIfAborted()
      this.#restore({ ...state, tasks })
    }
    const { news } = reporter
    const changed = (): void => this.#changed()
    this.#undo = newsOfChange.map((type) => news.on(type, changed))
    this.#undo.push(
      stateChange.on(changed),
      news.on('task.added', (added) => {
        if (added.type === 'task.added') this.#add(registry.entries.get(added.task))
      }),
    )
    if (this.#isRestored) this.#changed()
    this.#isRestored = true
  }

  /** Restores the saved state of a new task. */
  #add(entry: TaskEntry | undefined): void {
    if (entry === undefined) return
    this.#changes.learnTask(entry)
    const saved = this.#waiting.get(entry.name)
    if (saved === undefined) return
    this.#waiting.delete(entry.name)
    this.#restoreTask(entry, saved)
  }

  /** Writes the state for the last time, before the queues are emptied and the log is closed. */
  async end(): Promise<void> {
    if (this.#undo.length === 0) return
    for (const undo of this.#undo.splice(0)) undo()
    await this.#write()
  }

  #changed(): void {
    if (this.#isScheduled || this.#isRestoring) return
    this.#isScheduled = true
    this.#deps.clock.defer(() => {
      this.#isScheduled = false
      if (this.#undo.length > 0) void this.#write()
    })
  }

  async #write(): Promise<void> {
    const { clock, reporter, runLog } = this.#deps
    try {
      const { durable } = runLog.current.note({ note: 'state', at: clock.now(), data: this.#stateOf() })
      await durable
    } catch (error) {
      reporter.fail('log', 'The changed state of the session could not be saved.', { error })
    }
  }

  #stateOf(): State {
    const tasks: Record<string, TaskState> = Object.fromEntries(this.#waiting)
    for (const entry of this.#deps.registry.entries.values()) {
      const state = this.#taskStateOf(entry)
      if (Object.keys(state).length > 0) tasks[entry.name] = state
    }
    return { version: 1, ...this.#changes.ofParams(), tasks }
  }

  #taskStateOf(entry: TaskEntry): TaskState {
    return { ...this.#changes.ofTask(entry), ...this.#queueOf(entry) }
  }

  #queueOf({ name, queue }: TaskEntry): Pick<TaskState, 'queue'> {
    const saved = queue.flatMap((run) => this.#savedRunOf(name, run) ?? [])
    return saved.length === 0 ? {} : { queue: saved }
  }

  /** The saved form of a waiting run; null if a param cannot be saved, since the run would do something else without it. */
  #savedRunOf(task: string, { runId, params, trigger, key, execution, period }: QueuedRun): SavedRun | null {
    const safe = this.#changes.safe(
      `waiting run '${runId}' of task '${task}' is lost at a restart, as its param`,
      params,
    )
    if (Object.keys(safe).length < Object.keys(params).length) return null
    return {
      runId,
      trigger,
      params: safe,
      ...(key === undefined ? {} : { key }),
      ...(execution === undefined ? {} : { execution }),
      ...(period === undefined ? {} : { period: { start: period.start, end: period.end } }),
    }
  }

  #restore({ params, unset = [], tasks }: State): void {
    const { params: store, registry } = this.#deps
    this.#isRestoring = true
    try {
      if (this.#isRestored) return this.#restoreQueues(tasks)
      for (const [name, value] of Object.entries(params)) store.set(name, value)
      for (const name of unset) store.unset(name)
      for (const [name, state] of Object.entries(tasks)) this.#waiting.set(name, state)
      for (const [name, { madeOf }] of Object.entries(tasks))
        if (madeOf !== undefined && !registry.entries.has(name)) this.#create(name, madeOf)
      for (const entry of registry.entries.values()) this.#add(entry)
    } finally {
      this.#isRestoring = false
    }
  }

  /** The state without runs that have a record: a run that was launched just before the process died no longer waits. */
  async #withoutRunOnes(tasks: State['tasks']): Promise<State['tasks']> {
    const made: Record<string, TaskState> = {}
    for (const [name, state] of Object.entries(tasks)) {
      const queue: SavedRun[] = []
      for (const run of state.queue ?? [])
        if ((await this.#deps.runLog.current.query({ runId: run.runId, limit: 1 })).length === 0)
          queue.push(run)
      made[name] = { ...state, ...(state.queue === undefined ? {} : { queue }) }
    }
    return made
  }

  #restoreQueues(tasks: State['tasks']): void {
    for (const [name, { queue }] of Object.entries(tasks)) {
      const entry = this.#deps.registry.entries.get(name)
      if (entry !== undefined && queue !== undefined) this.#restoreQueue(entry, queue)
    }
  }

  #create(name: string, { template, given, unset }: NonNullable<TaskState['madeOf']>): void {
    try {
      const { tasks } = this.#deps
      tasks.add(tasks.ofTemplate(template, name, toUpdate(given, unset)))
    } catch (error) {
      this.#deps.reporter.warn('persist', `Task '${name}' could not be created from the saved state.`, {
        task: name,
        error,
      })
    }
  }

  #restoreTask(entry: TaskEntry, { update, unset, disabled, queue = [] }: TaskState): void {
    try {
      if (update !== undefined || unset !== undefined) this.#deps.tasks.update(entry, toUpdate(update, unset))
      if (disabled !== undefined && disabled !== entry.disabled)
        tell(entry.actor, { type: disabled ? 'task.disable' : 'task.enable', task: entry.name })
      this.#restoreQueue(entry, queue)
    } catch (error) {
      this.#deps.reporter.warn('persist', `The saved state of task '${entry.name}' could not be restored.`, {
        task: entry.name,
        error,
      })
    }
  }

  #restoreQueue(entry: TaskEntry, queue: readonly SavedRun[]): void {
    for (const { runId, params, trigger, key, execution, period } of queue)
      this.#deps.queue.ask(entry, {
        runId,
        params,
        trigger,
        key,
        execution,
        ...(period === undefined ? {} : { period }),
      })
  }
}

/** An update that sets some options and unsets others. */
function toUpdate(values: Readonly<Record<string, unknown>> = {}, unset: readonly string[] = []): TaskUpdate {
  return { ...values, ...Object.fromEntries(unset.map((name) => [name, undefined])) } as TaskUpdate
}
