/**
 * The saved state of a session for the next process (`persist: true`): params, disabled tasks, updates, waiting manual runs, and
 * tasks created from templates. It is a note in the run log, written after each turn of the event loop with a change, so that it
 * is ordered with the records of runs and equally durable. The newest note contains the whole state.
 */
import { parse } from '../../conditions/language/parse.ts'
import { SetupError } from '../../errors/errors.ts'
import { toJsonSafe } from '../../values/json-copy.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Start, TaskUpdate } from '../api/task-options.ts'
import type { RunQueue } from '../launching/manual-runs.ts'
import type { Core } from '../state/session-state.ts'
import type { QueuedRun, TaskEntry } from '../state/task-state.ts'
import type { Tasks } from '../tasks/task-registry.ts'

/** The saved state, as stored in the log. */
interface State {
  readonly version: 1
  readonly params: Readonly<Record<string, unknown>>
  readonly tasks: Readonly<Record<string, TaskState>>
}

/** The saved state of one task. */
interface TaskState {
  readonly disabled?: boolean
  readonly update?: Readonly<Record<string, unknown>>
  readonly madeOf?: { readonly template: string; readonly given: Readonly<Record<string, unknown>> }
  readonly queue?: readonly SavedRun[]
}

/** A waiting manual run. */
type SavedRun = Pick<QueuedRun, 'runId' | 'params' | 'trigger'> &
  Partial<Pick<QueuedRun, 'key' | 'execution' | 'period'>>

const newsOfChange = ['task.added', 'task.changed', 'task.removed', 'run.queued', 'run.started'] as const

export class Persistence {
  readonly #core: Core
  readonly #tasks: Tasks
  readonly #queue: RunQueue
  /** The saved state of tasks that do not exist yet. */
  readonly #waiting = new Map<string, TaskState>()
  #undo: (() => void)[] = []
  #isScheduled = false
  /** True while the saved state is restored: its changes are not saved again. */
  #isRestoring = false
  readonly #warned = new Set<string>()

  constructor(core: Core, parts: { readonly tasks: Tasks; readonly queue: RunQueue }) {
    this.#core = core
    this.#tasks = parts.tasks
    this.#queue = parts.queue
  }

  /** Restores the saved state, and saves every change from now on. Throws a `SetupError` if the store is not durable. */
  async begin(signal: AbortSignal): Promise<void> {
    const core = this.#core
    if (core.options.persist !== true) return
    if (!core.log.store.durable)
      throw new SetupError(
        `Cannot persist the session as its store must outlive the process: '${core.log.store.name}'. Give one to createApp: { store: 'sqlite:./gantry.db' }`,
      )
    const [note] = await core.log.notes({ note: 'state', limit: 1 })
    signal.throwIfAborted()
    if (note !== undefined) await this.#putBack(note.data as State, signal)
    signal.throwIfAborted()
    if (this.#undo.length > 0) return
    core.stateChanged = () => this.#changed()
    this.#undo = newsOfChange.map((type) => core.news.on(type, () => this.#changed()))
    this.#undo.push(
      core.news.on('task.added', (news) => {
        if (news.type === 'task.added') this.#add(core.entries.get(news.task))
      }),
    )
  }

  /** Restores the saved state of a new task. */
  #add(entry: TaskEntry | undefined): void {
    const kept = entry === undefined ? undefined : this.#waiting.get(entry.name)
    if (entry === undefined || kept === undefined) return
    this.#waiting.delete(entry.name)
    this.#putBackTask(entry, kept)
  }

  /** Writes the state for the last time, before the queues are emptied and the log is closed. */
  async end(): Promise<void> {
    if (this.#undo.length === 0) return
    for (const undo of this.#undo.splice(0)) undo()
    this.#core.stateChanged = () => {}
    await this.#write()
  }

  #changed(): void {
    if (this.#isScheduled || this.#isRestoring) return
    this.#isScheduled = true
    this.#core.clock.defer(() => {
      this.#isScheduled = false
      if (this.#undo.length > 0) void this.#write()
    })
  }

  async #write(): Promise<void> {
    const core = this.#core
    try {
      const { durable } = core.log.note({ note: 'state', at: core.clock.now(), data: this.#stateOf() })
      await durable
    } catch (error) {
      core.fail('log', 'The changed state of the session could not be saved.', { error })
    }
  }

  #stateOf(): State {
    const tasks: Record<string, TaskState> = Object.fromEntries(this.#waiting)
    for (const entry of this.#core.entries.values()) {
      const state = this.#taskStateOf(entry)
      if (Object.keys(state).length > 0) tasks[entry.name] = state
    }
    return { version: 1, params: this.#safe('param', this.#core.params.toJSON()), tasks }
  }

  #taskStateOf(entry: TaskEntry): TaskState {
    const { options, madeOf } = entry.definition
    const { name, updated } = entry
    return {
      ...(entry.disabled === (options.disabled ?? false) ? {} : { disabled: entry.disabled }),
      ...(updated === null ? {} : { update: this.#safeUpdate(name, updated) }),
      ...(madeOf === undefined
        ? {}
        : { madeOf: { template: madeOf.template, given: this.#safeUpdate(name, madeOf.given) } }),
      ...this.#keptQueueOf(entry),
    }
  }

  #keptQueueOf({ name, queue }: TaskEntry): Pick<TaskState, 'queue'> {
    const kept = queue.flatMap((run) => this.#keptRunOf(name, run) ?? [])
    return kept.length === 0 ? {} : { queue: kept }
  }

  /** The saved form of a waiting run; null if a param cannot be saved, since the run would do something else without it. */
  #keptRunOf(task: string, { runId, params, trigger, key, execution, period }: QueuedRun): SavedRun | null {
    const safe = this.#safe(
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

  #safeUpdate(task: string, { start, end, ...options }: TaskUpdate): Record<string, unknown> {
    return {
      ...this.#safe(`option of task '${task}',`, options),
      ...this.#safeStart(task, 'start', start),
      ...this.#safeStart(task, 'end', end),
    }
  }

  /** Saves a condition as its statement, if that can be parsed again. */
  #safeStart(task: string, name: 'start' | 'end', start: Start | undefined): Record<string, unknown> {
    if (start === undefined || typeof start === 'boolean' || typeof start === 'string')
      return start === undefined ? {} : { [name]: start }
    const text = String(start)
    try {
      parse(text, this.#core.words)
      return { [name]: text }
    } catch {
      this.#warnOnce(`The ${name} of task '${task}' cannot be kept as its text does not read back: ${text}`)
      return {}
    }
  }

  #safe(what: string, values: object): Record<string, unknown> {
    const kept: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(values)) {
      const copy = toJsonSafe(value, this.#core.options.log?.maxValueSize)
      if (copy.kept) kept[name] = copy.value
      else this.#warnOnce(`The ${what} '${name}' cannot be kept: ${copy.why}.`)
    }
    return kept
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#core.warn('persist', message)
  }

  async #putBack({ params, tasks }: State, signal: AbortSignal): Promise<void> {
    const core = this.#core
    this.#isRestoring = true
    try {
      for (const [name, value] of Object.entries(params)) core.params.set(name, value)
      for (const [name, state] of Object.entries(tasks)) {
        const queue = await this.#unrun(state.queue ?? [])
        signal.throwIfAborted()
        this.#waiting.set(name, queue.length === state.queue?.length ? state : { ...state, queue })
      }
      for (const [name, { madeOf }] of Object.entries(tasks))
        if (madeOf !== undefined && !core.entries.has(name)) this.#make(name, madeOf)
      for (const entry of core.entries.values()) this.#add(entry)
    } finally {
      this.#isRestoring = false
    }
  }

  /** The runs without a record: a run that was launched just before the process died no longer waits. */
  async #unrun(queue: readonly SavedRun[]): Promise<SavedRun[]> {
    const unrun: SavedRun[] = []
    for (const run of queue)
      if ((await this.#core.log.query({ runId: run.runId, limit: 1 })).length === 0) unrun.push(run)
    return unrun
  }

  #make(name: string, { template, given }: NonNullable<TaskState['madeOf']>): void {
    try {
      this.#tasks.add(this.#tasks.ofTemplate(template, name, given as TaskUpdate))
    } catch (error) {
      this.#core.warn('persist', `Task '${name}' could not be created from the saved state.`, {
        task: name,
        error,
      })
    }
  }

  #putBackTask(entry: TaskEntry, { update, disabled, queue }: TaskState): void {
    try {
      if (update !== undefined) this.#tasks.update(entry, update as TaskUpdate)
      if (disabled !== undefined && disabled !== entry.disabled)
        tell(entry.actor, { type: disabled ? 'task.disable' : 'task.enable', task: entry.name })
      for (const { runId, params, trigger, key, execution, period } of queue ?? [])
        this.#queue.ask(entry, {
          runId,
          params,
          trigger,
          key,
          execution,
          ...(period === undefined ? {} : { period }),
        })
    } catch (error) {
      this.#core.warn('persist', `The saved state of task '${entry.name}' could not be restored.`, {
        task: entry.name,
        error,
      })
    }
  }
}
