/** The session: the public interface to its parts. */
import type { Observable } from 'rxjs'
import type { Command } from '../../machines/commands.ts'
import type { News, NewsType } from '../../machines/protocol.ts'
import { type Clock, createSystemClock } from '../clock/clock.ts'
import type { Facts } from '../conditions/facts.ts'
import { Vocabulary } from '../conditions/language/vocabulary.ts'
import { atDoor } from '../errors/at-door.ts'
import { type TaskName, toTaskName } from '../task-ref.ts'
import { toDateTime } from '../time/zone/zone.ts'
import { tell } from './actors/guarded-actor.ts'
import type { Forecast, ForecastOptions } from './api/forecast.ts'
import type { Session, SessionOptions, TaskTemplate } from './api/session.ts'
import type { NewsListener, SessionRunOptions, SessionState, TaskLink } from './api/session-parts.ts'
import type { RunOutcome, Task } from './api/task.ts'
import type { Start, TaskOptions, TaskUpdate } from './api/task-options.ts'
import { plainEvent } from './commands/command-gate.ts'
import { assemble } from './compose.ts'
import { explainTask, isDue, taskWaitsFor } from './decision/explain-task.ts'
import { nextTaskRuns } from './decision/next-task-runs.ts'
import { forecast } from './forecast/forecast.ts'
import type { SessionModules } from './machine-effects.ts'
import { sessionOptionsOf } from './options/renamed.ts'
import { checkSessionOptions } from './options/settings.ts'
import { registerCore } from './state/session-internals.ts'
import { Core } from './state/session-state.ts'
import type { TaskEntry } from './state/task-state.ts'
import { graphOf } from './tasks/task-graph.ts'
import { TaskHandle } from './tasks/task-handle.ts'

/** The notes that a query without a kind includes. */
const toldNotes = ['missed', 'late', 'audit', 'heartbeat'] as const

/** A session that has not started; `start()` starts it. */
export class LiveSession implements Session {
  readonly #core: Core
  readonly #parts: SessionModules
  readonly #handles = new WeakMap<TaskEntry, TaskHandle>()

  constructor(name: string, options: SessionOptions = {}, words: Vocabulary = new Vocabulary()) {
    checkSessionOptions(options)
    const core = new Core(name, options.clock ?? createSystemClock(), sessionOptionsOf(options), words)
    // Statements that are relative to now (`in 10 minutes`) use the session's clock.
    words.now = () => core.clock.now()
    this.#core = core
    core.session = this
    core.handleOf = (entry) => this.#handleOf(entry)
    this.#parts = assemble(core)
    void this.#parts.keeper.open()
    for (const [param, value] of Object.entries(options.params ?? {})) core.params.set(param, value)
    this.#parts.watches.setShutCondition(options.shutCondition)
    registerCore(this, core)
  }

  get state(): SessionState {
    return this.#core.state
  }
  get startedAt() {
    const at = this.#core.startedAt
    return at === null ? null : toDateTime(at, this.#core.settings.timezone)
  }
  get cycles(): number {
    return this.#core.cycles
  }
  get clock(): Clock {
    return this.#core.clock
  }
  get options(): Readonly<SessionOptions> {
    return this.#core.options
  }
  get words(): Vocabulary {
    return this.#core.words
  }
  get actor() {
    return this.#core.actor
  }
  get params() {
    return this.#core.params
  }
  get warnings(): Readonly<Record<string, number>> {
    return this.#core.warnings
  }
  get stopped(): Promise<void> {
    return this.#parts.milestones.stopped
  }
  get events$(): Observable<News> {
    return this.#core.news.events$
  }
  watch(condition: Start): Observable<boolean> {
    return atDoor(this.watch, () => this.#parts.streams.watch(condition), 'Cannot watch the condition')
  }
  get hooks() {
    return this.#core.hooks
  }
  now() {
    return toDateTime(this.#core.clock.now(), this.#core.settings.timezone)
  }

  task<R = unknown>(task: TaskName): Task<R> {
    return this.#handleOf(this.#core.entry(task)) as unknown as Task<R>
  }

  tasks(): Task[] {
    return [...this.#core.entries.values()].map((entry) => this.#handleOf(entry))
  }

  has(task: TaskName): boolean {
    return this.#core.entries.has(toTaskName(task))
  }

  runs() {
    return [...this.#core.byId.values()].flatMap((entry) =>
      entry.live.map((slot) => ({
        id: slot.runId,
        task: entry.name,
        startedAt: toDateTime(slot.startedAt, entry.zone),
      })),
    )
  }

  createTask(name: string, start: Start, ...rest: readonly unknown[]): never {
    const { tasks, sender } = this.#parts
    const [options, work] = rest.length < 2 ? [{}, rest[0]] : rest
    const act = `Cannot add task '${String(name)}'`
    const definition = atDoor(
      this.createTask,
      () => tasks.define(name, start, options as TaskOptions, work),
      act,
    )
    const entry = atDoor(this.createTask, () =>
      sender.create({ type: 'task.create', task: name, start, options, work }, tasks.prepare(definition)),
    )
    return this.#handleOf(entry) as never
  }

  createFrom(template: string, name: string, given: TaskUpdate = {}): Task {
    const { tasks, sender } = this.#parts
    const act = `Cannot add task '${String(name)}'`
    const { start, ...options } = given
    const entry = atDoor(this.createFrom, () => tasks.prepare(tasks.ofTemplate(template, name, given)), act)
    const command = { type: 'task.create', task: name, template, start, options } as const
    return this.#handleOf(sender.create(command, entry))
  }

  get templates(): ReadonlyMap<string, TaskTemplate> {
    return new Map(Object.entries(this.#core.options.templates ?? {}))
  }

  /** Throws the errors that {@link createTask} would throw, and adds nothing. */
  checkTask(task: string, start: Start, options: TaskOptions, work: unknown): void {
    const check = (): void => this.#parts.tasks.checkNew({ task, start, options, work })
    atDoor(this.checkTask, check, `Cannot add task '${String(task)}'`)
  }

  async removeTask(task: TaskName): Promise<void> {
    const entry = this.#core.entry(task)
    this.send({ type: 'task.remove', task: entry.name })
    if (entry.live.length === 0 || this.#parts.queue.isInsideRunOf(entry)) return
    await new Promise<void>((resolve) => entry.onEmpty.push(resolve))
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#core.entries.keys()].map((name) => this.removeTask(name)))
    this.#core.params.clear()
  }

  run(...given: readonly (TaskName | SessionRunOptions)[]): Promise<Record<string, RunOutcome>> {
    const last = given.at(-1)
    const isOptions = typeof last === 'object' && last !== null && !('name' in last)
    const options = isOptions ? (last as SessionRunOptions) : {}
    const names = (isOptions ? given.slice(0, -1) : given) as readonly TaskName[]
    return new Promise((resolve, reject) => {
      const tasks = names.map((task) => this.#core.entry(task).name)
      const request = this.#parts.sender.prepare({ type: 'session.run', tasks, ...options })
      request.whenAnswered = (answer) => {
        if ('error' in answer) reject(answer.error)
        else resolve(answer.value as Promise<Record<string, RunOutcome>>)
      }
      this.#core.post(request.event)
    })
  }

  /** Starts the session. Resolves when tasks may launch or it has stopped already; rejects with the error that ended the start. */
  start(): Promise<void> {
    const started = this.#parts.milestones.ask()
    tell(this.#core.actor, { type: 'session.start' })
    return started
  }

  shutDown(options: { readonly force?: boolean } = {}): void {
    this.send({ type: 'session.shutDown', ...options })
  }
  restart(): void {
    this.send({ type: 'session.restart' })
  }
  pause(): void {
    this.hold()
  }
  hold(): void {
    this.send({ type: 'session.hold' })
  }
  resume(): void {
    this.send({ type: 'session.resume' })
  }

  send(command: Command): void {
    this.#core.send(plainEvent(command) as Command)
  }

  on<T extends NewsType | '*'>(name: T, listener: NewsListener<T>): () => void {
    return this.#core.news.on(name, listener as (news: News) => void)
  }

  get returns() {
    const { returns } = this.#core
    return {
      get: (task: TaskName) => returns.get(toTaskName(task)),
      has: (task: TaskName) => returns.has(toTaskName(task)),
    }
  }

  get log(): Session['log'] {
    const core = this.#core
    const { keeper } = this.#parts
    return {
      query: async (query = {}) => core.log.query(query),
      count: async (query = {}) => core.log.count(query),
      stream: (query = {}) => core.log.stream(query),
      // The saved state contains params unmasked, with secrets: a query must request it by kind.
      notes: async (query = {}) => core.log.notes({ note: toldNotes, ...query }),
      note: async (note) => core.log.note({ ...note, note: 'audit', at: core.clock.now() }).durable,
      redact: <T>(value: T) => (core.redactor?.value(value) ?? value) as T,
      get health() {
        return keeper.health
      },
      get store() {
        const store = (core.log as typeof core.log | undefined)?.store
        return store === undefined ? null : { kind: store.name.split(':', 1)[0]!, durable: store.durable }
      },
    }
  }

  update(options: SessionOptions): void {
    this.send({ type: 'session.update', options: { ...options } })
  }

  forecast(options?: ForecastOptions): Promise<Forecast> {
    const { slots, launcher } = this.#parts
    return forecast({ core: this.#core, slots, launcher }, options)
  }

  graph(): readonly TaskLink[] {
    return graphOf([...this.#core.entries.values()])
  }

  facts(owner: { readonly task?: string | null; readonly at?: number } = {}): Facts {
    const entry = owner.task === undefined || owner.task === null ? null : this.#core.entry(owner.task)
    return this.#core.factsOf(entry, owner.at)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.state === 'stopped') return
    this.shutDown()
    await this.stopped
  }

  #handleOf(entry: TaskEntry): TaskHandle {
    let handle = this.#handles.get(entry)
    if (handle === undefined) {
      handle = new TaskHandle(this.#core, entry, {
        prepareRun: (task, params, given) => this.#parts.sender.prepareRun(task, params, given),
        backfill: (task, from, to) => this.#parts.sender.backfill(task, from, to),
        explain: (task) => explainTask(this.#core, this.#parts, task),
        nextRuns: (task, n) => nextTaskRuns(this.#core, this.#parts, task, n),
        isDue: (task) => isDue(this.#core, this.#parts, task),
        waitsFor: (task) => taskWaitsFor(this.#core, this.#parts, task),
      })
      this.#handles.set(entry, handle)
    }
    return handle
  }
}
