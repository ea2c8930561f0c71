/** The session: the public interface to its parts. */
import type { Observable } from 'rxjs'
import type { Command } from '../../machines/commands.ts'
import type { News, NewsType } from '../../machines/protocol.ts'
import type { Clock } from '../clock/clock.ts'
import { createSystemClock } from '../clock/system-clock.ts'
import type { Facts } from '../conditions/facts.ts'
import { Vocabulary } from '../conditions/language/vocabulary.ts'
import { atDoor } from '../errors/at-door.ts'
import { checkNoteQuery } from '../log/query.ts'
import { type TaskName, toTaskName } from '../task-ref.ts'
import { type Instant, toDateTime } from '../time/zone/zone.ts'
import type { Forecast, ForecastOptions } from './api/forecast.ts'
import type { PastMoment } from './api/past.ts'
import type { Session, SessionOptions, TaskTemplate } from './api/session.ts'
import type { NewsListener, SessionRunOptions, SessionState, TaskLink } from './api/session-parts.ts'
import type { RunOutcome, Task } from './api/task.ts'
import type { Start, TaskOptions, TaskUpdate } from './api/task-options.ts'
import { plainEvent } from './commands/command-gate.ts'
import { compose, type SessionParts } from './compose.ts'
import { forecast } from './forecast/forecast.ts'
import { checkSessionOptions } from './options/settings.ts'
import { registerInternals } from './state/session-internals.ts'
import { graphOf } from './tasks/task-graph.ts'

/** The notes that a query without a kind includes. */
const toldNotes = ['missed', 'late', 'audit', 'heartbeat'] as const

/** A session that has not started; `start()` starts it. */
export class LiveSession implements Session {
  readonly #parts: SessionParts

  constructor(name: string, options: SessionOptions = {}, words: Vocabulary = new Vocabulary()) {
    checkSessionOptions(options)
    const clock = options.clock ?? createSystemClock()
    this.#parts = compose({ name, clock, options, words, session: this })
    const { params, watches } = this.#parts
    for (const [param, value] of Object.entries(options.params ?? {})) params.set(param, value)
    watches.setShutCondition(options.shutCondition)
    registerInternals(this, this.#parts)
  }

  get state(): SessionState {
    return this.#parts.sessionActor.state
  }
  get startedAt() {
    const at = this.#parts.uptime.startedAt
    return at === null ? null : toDateTime(at, this.#parts.configuration.settings.timezone)
  }
  get cycles(): number {
    return this.#parts.cycles.count
  }
  get clock(): Clock {
    return this.#parts.clock
  }
  get options(): Readonly<SessionOptions> {
    return this.#parts.configuration.options
  }
  get words(): Vocabulary {
    return this.#parts.words
  }
  get actor() {
    return this.#parts.sessionActor.ref
  }
  get params() {
    return this.#parts.params
  }
  get warnings(): Readonly<Record<string, number>> {
    return this.#parts.reporter.warnings
  }
  get stopped(): Promise<void> {
    return this.#parts.milestones.stopped
  }
  get events$(): Observable<News> {
    return this.#parts.reporter.news.events$
  }
  watch(condition: Start): Observable<boolean> {
    return atDoor(this.watch, () => this.#parts.streams.watch(condition), 'Cannot watch the condition')
  }
  get hooks() {
    return this.#parts.hooks
  }
  now() {
    return toDateTime(this.#parts.clock.now(), this.#parts.configuration.settings.timezone)
  }

  task<R = unknown>(task: TaskName): Task<R> {
    return this.#parts.handleOf(this.#parts.registry.entry(task)) as unknown as Task<R>
  }

  tasks(): Task[] {
    return [...this.#parts.registry.entries.values()].map((entry) => this.#parts.handleOf(entry))
  }

  has(task: TaskName): boolean {
    return this.#parts.registry.entries.has(toTaskName(task))
  }

  runs() {
    return [...this.#parts.registry.byId.values()].flatMap((entry) =>
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
    return this.#parts.handleOf(entry) as never
  }

  createFrom(template: string, name: string, given: TaskUpdate = {}): Task {
    const { tasks, sender } = this.#parts
    const act = `Cannot add task '${String(name)}'`
    const { start, ...options } = given
    const entry = atDoor(this.createFrom, () => tasks.prepare(tasks.ofTemplate(template, name, given)), act)
    const command = { type: 'task.create', task: name, template, start, options } as const
    return this.#parts.handleOf(sender.create(command, entry))
  }

  get templates(): ReadonlyMap<string, TaskTemplate> {
    return new Map(Object.entries(this.#parts.configuration.options.templates ?? {}))
  }

  /** Throws the errors that {@link createTask} would throw, and adds nothing. */
  checkTask(task: string, start: Start, options: TaskOptions, work: unknown): void {
    const check = (): void => this.#parts.tasks.checkNew({ task, start, options, work })
    atDoor(this.checkTask, check, `Cannot add task '${String(task)}'`)
  }

  async removeTask(task: TaskName): Promise<void> {
    const entry = this.#parts.registry.entry(task)
    this.send({ type: 'task.remove', task: entry.name })
    if (entry.live.length === 0 || this.#parts.queue.isInsideRunOf(entry)) return
    await new Promise<void>((resolve) => entry.onEmpty.push(resolve))
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#parts.registry.entries.keys()].map((name) => this.removeTask(name)))
    this.#parts.params.clear()
  }

  run(...given: readonly (TaskName | SessionRunOptions)[]): Promise<Record<string, RunOutcome>> {
    const last = given.at(-1)
    const isOptions = typeof last === 'object' && last !== null && !('name' in last)
    const options = isOptions ? (last as SessionRunOptions) : {}
    const names = (isOptions ? given.slice(0, -1) : given) as readonly TaskName[]
    return new Promise((resolve, reject) => {
      const tasks = names.map((task) => this.#parts.registry.entry(task).name)
      const { sender } = this.#parts
      const command = { type: 'session.run', tasks, ...options } as const
      sender.check(command)
      const request = sender.prepare(command)
      request.whenAnswered = (answer) => {
        if ('error' in answer) reject(answer.error)
        else resolve(answer.value as Promise<Record<string, RunOutcome>>)
      }
      sender.post(request.event)
    })
  }

  /** Starts the session. Resolves when tasks may launch or it has stopped already; rejects with the error that ended the start. */
  start(): Promise<void> {
    const started = this.#parts.milestones.ask()
    this.#parts.sessionActor.tell({ type: 'session.start' })
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
    this.#parts.sender.send(plainEvent(command) as Command)
  }

  on<T extends NewsType | '*'>(name: T, listener: NewsListener<T>): () => void {
    return this.#parts.reporter.news.on(name, listener as (news: News) => void)
  }

  get returns() {
    const { returns } = this.#parts
    return {
      get: (task: TaskName) => returns.get(toTaskName(task)),
      has: (task: TaskName) => returns.has(toTaskName(task)),
    }
  }

  get log(): Session['log'] {
    const { clock, runLog } = this.#parts
    return {
      query: async (query = {}) => runLog.current.query(query),
      count: async (query = {}) => runLog.current.count(query),
      stream: (query = {}) => runLog.current.stream(query),
      // The saved state contains params unmasked, with secrets: a query must request it by kind.
      notes: async (query = {}) => {
        const { note = toldNotes } = checkNoteQuery(query)
        return runLog.current.notes({ ...query, note })
      },
      note: async (note) => runLog.current.note({ ...note, note: 'audit', at: clock.now() }).durable,
      redact: <T>(value: T) => (runLog.redactor?.value(value) ?? value) as T,
      get health() {
        return runLog.storeHealth
      },
      get store() {
        const { store } = runLog.current
        return { kind: store.name.split(':', 1)[0]!, durable: store.durable }
      },
    }
  }

  update(options: SessionOptions): void {
    this.send({ type: 'session.update', options: { ...options } })
  }

  forecast(options?: ForecastOptions): Promise<Forecast> {
    return forecast(this.#parts, options)
  }

  at(instant: Instant): Promise<PastMoment> {
    return this.#parts.past.at(instant)
  }

  graph(): readonly TaskLink[] {
    return graphOf([...this.#parts.registry.entries.values()])
  }

  facts(owner: { readonly task?: string | null; readonly at?: number } = {}): Facts {
    const entry =
      owner.task === undefined || owner.task === null ? null : this.#parts.registry.entry(owner.task)
    return this.#parts.factsOf(entry, owner.at)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.state === 'stopped') return
    this.shutDown()
    await this.stopped
  }
}
