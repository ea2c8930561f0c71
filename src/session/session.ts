/** A session: the machines and the effects put together, and the words that people use. */
import type { Observable } from 'rxjs'
import { createActor } from 'xstate'
import { type Command, commandTypes, type News, type NewsType } from '../../machines/protocol.ts'
import type { SessionEvent } from '../../machines/session.machine.ts'
import { resolveArgs } from '../args/resolve.ts'
import { type Clock, createSystemClock } from '../clock.ts'
import type { Facts } from '../conditions/facts.ts'
import { nextRuns } from '../conditions/next-runs.ts'
import { onEachNodes, periodOf } from '../conditions/node.ts'
import { Predicates } from '../conditions/predicate.ts'
import { Words } from '../conditions/words.ts'
import { createInlineExecutor } from '../executors/inline.ts'
import { near } from '../near.ts'
import { type TaskName, toTaskName } from '../task-ref.ts'
import { toDateTime } from '../time/zone.ts'
import { argContextOf } from './arg-context.ts'
import { show } from './check.ts'
import type {
  NewsListener,
  RunHandle,
  RunOutcome,
  Session,
  SessionOptions,
  SessionRunOptions,
  SessionState,
  Start,
  Task,
  TaskLink,
  TaskOptions,
  TaskUpdate,
} from './contract.ts'
import { Core } from './core.ts'
import type { TaskDefinition, TaskEntry } from './entry.ts'
import { explainTask } from './explain-task.ts'
import { graphOf } from './graph.ts'
import { registerCore } from './internals.ts'
import { Launcher } from './launcher.ts'
import { Life } from './life.ts'
import { checkSessionOptions, checkSessionUpdate, toSettings } from './options.ts'
import { provideRun, provideSession, provideTask } from './provide.ts'
import { RunQueue } from './queue.ts'
import { type LaunchFacts, Runs } from './runs.ts'
import { SessionFacts } from './session-facts.ts'
import { TaskHandle } from './task-handle.ts'
import { Tasks } from './tasks.ts'

/** A session that has not started; `start()` starts it. */
export class LiveSession implements Session {
  readonly #core: Core
  readonly #runs: Runs
  readonly #launcher: Launcher
  readonly #tasks: Tasks
  readonly #life: Life
  readonly #queue: RunQueue
  readonly #handles = new WeakMap<TaskEntry, TaskHandle>()
  #stopped!: Promise<void>
  #settleStopped: { resolve: () => void; reject: (error: unknown) => void } | null = null
  #started: { resolve: () => void; reject: (error: unknown) => void } | null = null

  constructor(name: string, options: SessionOptions = {}, words: Words = new Words()) {
    checkSessionOptions(options)
    const clock = options.clock ?? createSystemClock()
    const core = new Core(name, clock, options, words)
    this.#core = core
    core.session = this
    core.factsOf = (entry, at) => new SessionFacts(core, entry, at)
    core.handleOf = (entry) => this.#handleOf(entry)
    core.executors.set('async', createInlineExecutor('async'))
    core.executors.set('main', createInlineExecutor('main'))
    core.predicates = new Predicates({
      values: (node, owner) =>
        resolveArgs(
          { declared: node.args },
          argContextOf(core, this.#entryOrNull(owner), () => neverAborted),
        ),
      context: (owner) => core.context(this.#entryOrNull(owner)),
      changed: (node) => core.changes.predicateChanged(node),
      monotonic: () => clock.monotonic(),
      pollEveryMs: () => core.settings.pollEveryMs,
      onError: (error, _, owner) =>
        owner === null
          ? this.#tasks.conditionFailed(null, error)
          : core.fail('condition', (error as Error).message, { task: owner, error }),
    })
    this.#runs = new Runs(core, provideRun, (entry) => this.#runEnded(entry))
    this.#launcher = new Launcher(core, this.#runs, (entry, takesValue) =>
      this.#launchFacts(entry, takesValue),
    )
    this.#queue = new RunQueue(core, this.#runs, this.#launcher)
    this.#tasks = new Tasks(core, provideTask(this.#taskEffects()), {
      runs: this.#runs,
      launcher: this.#launcher,
      watchClock: {
        now: () => clock.now(),
        wakeAt: (at, wake) => this.#wakeAt(at, wake),
      },
    })
    this.#life = new Life(core, { runs: this.#runs, launcher: this.#launcher, tasks: this.#tasks })
    this.#renewStopped()
    core.actor = createActor(provideSession(this.#sessionEffects()), {
      id: name,
      input: { name },
      ...(options.inspect === undefined ? {} : { inspect: guardInspect(core, options.inspect) }),
    })
    core.actor.subscribe({
      error: (error) => {
        core.fatal = { error }
        this.#settleStopped?.reject(error)
      },
    })
    core.actor.start()
    void this.#tasks.openLog()
    for (const [param, value] of Object.entries(options.params ?? {})) core.params.set(param, value)
    this.#tasks.setShutCondition(options.shutCondition)
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
  get words(): Words {
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
    return this.#stopped
  }
  get events$(): Observable<News> {
    return this.#core.news.events$
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
    const [options, work] = rest.length < 2 ? [{}, rest[0]] : rest
    const definition = this.#tasks.define(name, start, options as TaskOptions, work)
    // What it came to is only known within the event; an error of it belongs to whoever called.
    this.#created = null
    this.#core.actor.send({ type: 'task.create', task: name, definition })
    // Within a step of the session's own actor the event is taken later: the task is added now, the event finds it done.
    if (this.#created === null) this.#addNow(definition)
    const created = this.#created as { entry?: TaskEntry; error?: unknown } | null
    if (created?.entry === undefined) throw created?.error
    return this.#handleOf(created.entry) as never
  }
  #created: { readonly entry?: TaskEntry; readonly error?: unknown } | null = null

  async removeTask(task: TaskName): Promise<void> {
    const entry = this.#core.entry(task)
    this.send({ type: 'task.remove', task: entry.name })
    if (entry.live.length === 0 || this.#queue.isInsideRunOf(entry)) return
    await new Promise<void>((resolve) => entry.onEmpty.push(resolve))
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#core.entries.keys()].map((name) => this.removeTask(name)))
    this.#core.params.clear()
  }

  async run(...given: readonly (TaskName | SessionRunOptions)[]): Promise<Record<string, RunOutcome>> {
    const last = given.at(-1)
    const isOptions = typeof last === 'object' && last !== null && !('name' in last)
    const options = isOptions ? (last as SessionRunOptions) : {}
    const entries = (isOptions ? given.slice(0, -1) : given).map((task) => this.#core.entry(task as TaskName))
    const isStopped = this.state === 'stopped'
    if (isStopped) {
      this.#core.only = new Set(entries.map((entry) => entry.name))
      await this.start()
    }
    try {
      const chosen =
        options.obeyConditions === true ? entries.filter((entry) => this.#tasks.holdsNow(entry)) : entries
      const handles = chosen.map((entry) => this.#queue.ask(entry, { execution: options.execution }))
      const outcomes = await Promise.all(handles)
      return Object.fromEntries(outcomes.map((outcome, i) => [chosen[i]!.name, outcome]))
    } finally {
      if (isStopped) {
        this.shutDown()
        await this.#stopped.finally(() => {
          this.#core.only = null
        })
      }
    }
  }

  /** Starts; resolves when tasks may launch, or when it has stopped already; rejects with the error that ended the start. */
  start(): Promise<void> {
    if (this.state !== 'stopped')
      return Promise.reject(new TypeError(`Cannot start the session as it must be stopped: ${this.state}`))
    this.#renewStopped()
    const started = new Promise<void>((resolve, reject) => {
      this.#started = { resolve, reject }
    })
    this.#core.actor.send({ type: 'session.start' })
    return started
  }

  shutDown(options: { readonly force?: boolean } = {}): void {
    this.send({ type: 'session.shutDown', ...options })
  }
  restart(): void {
    this.send({ type: 'session.restart' })
  }
  hold(): void {
    this.send({ type: 'session.hold' })
  }
  resume(): void {
    this.send({ type: 'session.resume' })
  }

  send(command: Command): void {
    const type = (command as { type?: unknown } | null)?.type
    if (!commandTypes.includes(type as Command['type'])) {
      const hint = near(String(type), commandTypes)
      const didYouMean = hint.length > 0 ? ` Did you mean '${hint[0]}'?` : ''
      throw new TypeError(`Cannot send that as its type must be a command: ${show(type)}.${didYouMean}`)
    }
    if ('task' in command && command.type !== 'task.create') this.#core.entry(command.task)
    if (command.type === 'session.run') for (const task of command.tasks) this.#core.entry(task)
    // Checked here, so that the problem is the sender's and not the actor's.
    if (command.type === 'session.update') checkSessionUpdate(command.options)
    if (command.type === 'task.update')
      this.#tasks.checkUpdate(this.#core.entry(command.task), command.options)
    this.#core.actor.send(command)
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
    return {
      query: async (query = {}) => core.log.query(query),
      notes: async (query = {}) => core.log.notes(query),
    }
  }

  update(options: SessionOptions): void {
    this.send({ type: 'session.update', options: { ...options } })
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
    await this.#stopped
  }

  #handleOf(entry: TaskEntry): TaskHandle {
    let handle = this.#handles.get(entry)
    if (handle === undefined) {
      handle = new TaskHandle(this.#core, entry, {
        run: (task, params, key) => this.#askByEvent(task, params, key),
        explain: (task) => explainTask(this.#core, this.#launcher, task),
        nextRuns: (task, n) => nextRuns(task.definition.start.node, (at) => this.#core.factsOf(task, at), n),
      })
      this.#handles.set(entry, handle)
    }
    return handle
  }

  /** A run by hand is one event, too; its handle is what the event's effect leaves behind. */
  #askByEvent(entry: TaskEntry, params: unknown, key: string | undefined): RunHandle {
    this.#core.entry(entry.name)
    const { handle, enqueue } = this.#queue.prepare(entry, {
      params: params as Record<string, unknown> | undefined,
      key,
    })
    // An actor of a stopped session takes no events: the run waits for the next start all the same.
    if (entry.actor.getSnapshot().status !== 'active') enqueue()
    else {
      // The actor may be within a step of its own and take the event later: it finds what was prepared by its id.
      this.#prepared.set(handle.id, enqueue)
      entry.actor.send({
        type: 'task.run',
        request: handle.id,
        ...(params === undefined ? {} : { params: params as Record<string, unknown> }),
        ...(key === undefined ? {} : { key }),
      })
    }
    return handle
  }
  readonly #prepared = new Map<string, () => void>()

  #taskEffects() {
    const entryOf = (id: string): TaskEntry | undefined => this.#core.byId.get(id)
    const withEntry = (id: string, act: (entry: TaskEntry) => void): void => {
      const entry = entryOf(id)
      if (entry !== undefined) act(entry)
    }
    return {
      startRun: (id: string) =>
        withEntry(id, (entry) => {
          this.#runs.start(entry)
          this.#tasks.watchEnd(entry)
        }),
      queueRun: (id: string, event: { params?: unknown; key?: string; request?: string }) =>
        withEntry(id, (entry) => {
          const prepared = event.request === undefined ? undefined : this.#prepared.get(event.request)
          if (prepared !== undefined) {
            this.#prepared.delete(event.request!)
            return prepared()
          }
          this.#guard(entry, () => this.#queue.ask(entry, event as never))
        }),
      terminateRuns: (id: string, runId: string | undefined) =>
        withEntry(id, (entry) => {
          if (runId === undefined) this.#queue.takeBackAll(entry)
          this.#runs.terminate(entry, 'asked', runId)
        }),
      updateTask: (id: string, options: Readonly<Record<string, unknown>>) =>
        withEntry(id, (entry) => this.#guard(entry, () => this.#tasks.update(entry, options as TaskUpdate))),
      release: (id: string) => withEntry(id, (entry) => this.#tasks.release(entry)),
      reconsider: (id: string, disabled: boolean) =>
        withEntry(id, (entry) => {
          entry.disabled = disabled
          this.#core.news.tell({ type: 'task.changed', task: entry.name, at: this.#core.clock.now() })
          this.#launcher.consider(entry)
        }),
      runActorFailed: (id: string) => withEntry(id, (entry) => this.#runs.actorFailed(entry)),
    }
  }

  #sessionEffects() {
    const core = this.#core
    const tell = (type: 'session.held' | 'session.resumed' | 'session.restarting'): void =>
      core.news.tell({ type, at: core.clock.now() })
    return {
      beginStart: () => void this.#life.start(),
      beginLaunching: () => core.clock.defer(() => this.#becomeActive()),
      beginHold: () => {
        core.clock.defer(() => this.#becomeActive())
        tell('session.held')
      },
      endHold: () => tell('session.resumed'),
      beginDrain: () => void this.#life.drain(),
      beginTerminate: () => this.#life.terminateAll('shut-down'),
      finishStop: () => void this.#finishStop(),
      noteFailure: (error: unknown) => {
        core.fatal ??= { error }
      },
      beginRestart: () => tell('session.restarting'),
      isForced: () => core.settings.instantShutdown,
      command: (event: SessionEvent) => this.#command(event),
      restartTaskActor: (actorId: string) => this.#tasks.restartActor(actorId),
    }
  }

  /** Out of the machine's own step: what launching does may send events, and the state must be there by then. */
  #becomeActive(): void {
    if (this.state !== 'running' && this.state !== 'held') return
    this.#life.beginLaunching()
    this.#started?.resolve()
    this.#started = null
  }

  #command(event: SessionEvent): void {
    const core = this.#core
    switch (event.type) {
      case 'task.create':
        return this.#addNow(event.definition as TaskDefinition)
      case 'param.set':
        return core.params.set(event.name, event.value)
      case 'param.unset':
        return core.params.unset(event.name)
      case 'session.run':
        void this.run(...event.tasks, {
          ...(event.execution === undefined ? {} : { execution: event.execution as never }),
          ...(event.obeyConditions === undefined ? {} : { obeyConditions: event.obeyConditions }),
        })
        return
      case 'session.update':
        core.options = { ...core.options, ...event.options }
        core.settings = toSettings(core.options)
        if ('shutCondition' in event.options) this.#tasks.setShutCondition(core.options.shutCondition)
        return
      default:
        if ('task' in event) core.entries.get(event.task)?.actor.send(event as never)
    }
  }

  #addNow(definition: TaskDefinition): void {
    if (this.#added.has(definition)) return
    this.#added.add(definition)
    try {
      this.#created = { entry: this.#tasks.add(definition) }
    } catch (error) {
      this.#created = { error }
    }
  }
  readonly #added = new WeakSet<TaskDefinition>()

  #guard(entry: TaskEntry, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#core.warn('command', `A command to task '${entry.name}' failed.`, { task: entry.name, error })
    }
  }

  #runEnded(entry: TaskEntry): void {
    this.#tasks.runEnded(entry)
    this.#launcher.ended(entry)
    this.#life.runEnded()
  }

  #launchFacts(entry: TaskEntry, takesValue: boolean): LaunchFacts {
    const { node } = entry.definition.start
    const facts = this.#core.factsOf(entry)
    const period = periodOf(node)?.current(facts.now, facts.zone) ?? null
    const value = takesValue ? this.#takeStreamValue(entry) : undefined
    return { trigger: 'condition', dueAt: entry.dueAt, period, value }
  }

  #wakeAt(at: number, wake: () => void): () => void {
    const { clock } = this.#core
    const undoTimer = clock.callAt(at, () => {
      undoJump()
      this.#launcher.woken()
      wake()
    })
    const undoJump = this.#jumps.add(() => {
      undoTimer()
      wake()
    })
    return () => {
      undoTimer()
      undoJump()
    }
  }

  readonly #jumps = new JumpListeners(() => this.#core.clock)

  async #finishStop(): Promise<void> {
    const core = this.#core
    await this.#life.release()
    const { fatal } = core
    core.news.tell({ type: 'session.stopped', at: core.clock.now() })
    if (fatal === null) {
      this.#started?.resolve()
      this.#settleStopped?.resolve()
    } else {
      this.#started?.reject(fatal.error)
      this.#settleStopped?.reject(fatal.error)
    }
    this.#started = null
    this.#settleStopped = null
  }

  #renewStopped(): void {
    if (this.#settleStopped !== null) return
    this.#stopped = new Promise<void>((resolve, reject) => {
      this.#settleStopped = { resolve, reject }
    })
    // Who wants the error asks for the promise; a session that nobody waits for must not end the process.
    this.#stopped.catch(() => {})
  }

  #entryOrNull(name: string | null): TaskEntry | null {
    return name === null ? null : (this.#core.entries.get(name) ?? null)
  }

  /** Takes the values of the event streams that a launch is for. */
  #takeStreamValue(entry: TaskEntry): unknown {
    let value: unknown
    for (const node of onEachNodes(entry.definition.start.node))
      value = this.#core.predicates.take(node, entry.name) ?? value
    return value
  }
}

const neverAborted = new AbortController().signal

/** Wakes that must look again when the clock jumps: one listener on the clock, however many watches there are. */
class JumpListeners {
  readonly #wakes = new Set<() => void>()
  readonly #clockOf: () => Clock
  #undo: (() => void) | null = null

  constructor(clockOf: () => Clock) {
    this.#clockOf = clockOf
  }

  add(wake: () => void): () => void {
    this.#wakes.add(wake)
    this.#undo ??= this.#clockOf().onJump(() => {
      for (const each of [...this.#wakes]) {
        this.#wakes.delete(each)
        each()
      }
    })
    return () => {
      this.#wakes.delete(wake)
      if (this.#wakes.size > 0) return
      this.#undo?.()
      this.#undo = null
    }
  }
}

/** An inspector that throws must never take the session down. */
function guardInspect(core: Core, inspect: NonNullable<SessionOptions['inspect']>) {
  const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect)
  let hasThrown = false
  return (event: Parameters<NonNullable<typeof next>>[0]): void => {
    try {
      next?.(event)
    } catch (error) {
      // Once is enough: there are several such events for each step of each actor.
      if (!hasThrown) core.warn('inspect', 'The inspection observer threw; it is not told again.', { error })
      hasThrown = true
    }
  }
}
