/** Where people write: tasks, params, conditions, hooks; and the session that runs them. */
import type { ArgSpecs, ArgsOf } from '../args/arg.ts'
import { all } from '../conditions/builders/combine.ts'
import type { PredicateFunction } from '../conditions/condition.ts'
import type { SlotInputs, SlotValues } from '../conditions/language/placeholders.ts'
import {
  type BooleanStream,
  type ConditionOptions,
  type CustomCondition,
  condition,
} from '../conditions/predicates/define.ts'
import { toCondition } from '../conditions/to-condition.ts'
import { atDoor } from '../errors/at-door.ts'
import type { FarRun } from '../executors/run-facts.ts'
import type { Context, Hook, HookKind, SurroundingHook } from '../session/api/hooks.ts'
import type { Returned, Session, SessionOptions, TaskTemplate, Work } from '../session/api/session.ts'
import type { Task } from '../session/api/task.ts'
import type { CheckedStart, Start, TaskOptions } from '../session/api/task-options.ts'
import { aBoolean, anything, checkKeys } from '../session/options/validators.ts'
import { LiveSession } from '../session/session.ts'
import { Group, type GroupOptions, type GroupTask } from './group.ts'
import { type DashboardAddress, serveDashboard } from './serve.ts'

/**
 * A group of an app: what its `task` gives is the task itself. Groups within it are of the app, too.
 *
 * @example
 * ```ts
 * const reports: AppGroup = app.group({ prefix: 'reports.' })
 * const daily = reports.task('daily', 'daily after 07:00', () => 'written')
 * daily.name // 'reports.daily'
 * ```
 */
export interface AppGroup extends Omit<Group, 'task' | 'group'> {
  readonly task: App['task']
  group(options?: GroupOptions): AppGroup
}

/**
 * Options of `app.run()` and `app.start()`, all optional. An unknown key is a `TypeError` that names the nearest.
 *
 * @example
 * ```ts
 * const options: RunOptions = { dashboard: { port: 4700 }, handleSignals: true }
 * await using session = await app.start(options)
 * ```
 */
export interface RunOptions {
  /** Shows the session in the browser; where, if not at port 4600 (or a free one) of this machine. Default false. */
  readonly dashboard?: boolean | DashboardAddress
  /** Shut down on SIGINT, SIGTERM and SIGHUP. Default: what `createApp` was given, else true in `run()` and false in `start()`. */
  readonly handleSignals?: boolean
}

/**
 * The options of {@link createApp}: those of its session.
 *
 * @example
 * ```ts
 * const options: AppOptions = { timezone: 'Europe/Helsinki', store: 'jsonl:./runs.jsonl' }
 * const app = createApp(options)
 * ```
 */
export type AppOptions = SessionOptions

/** Of a condition whose work out of a module is asked elsewhere. */
type FarConditionOptions = ConditionOptions & { readonly execution: 'thread' | 'process' }

/**
 * An app: what is written here runs when it is started. {@link createApp} makes one. It carries one session, which
 * lives from the beginning, stopped.
 *
 * @example
 * ```ts
 * const app: App = createApp({ timezone: 'Europe/Helsinki' })
 * app.task('report', 'daily after 07:00', () => 'written')
 * await app.run() // until shut down
 * ```
 */
export class App {
  readonly #session: LiveSession

  constructor(options: AppOptions = {}) {
    this.#session = new LiveSession('session', options)
  }

  /** The session; it lives from the beginning, stopped. */
  get session(): Session {
    return this.#session
  }

  /**
   * Adds a task: a name, when it starts, perhaps options, and its work.
   *
   * @example
   * ```ts
   * app.task('fetch', daily.after('07:00'), { timeout: '5 minutes' }, async (_, run) => fetchAll(run.signal))
   * ```
   */
  task<R, const S extends Start = Start>(
    name: string,
    start: CheckedStart<S>,
    work: Work<Record<string, never>, R>,
  ): Task<Returned<R>>
  task<R, A extends ArgSpecs, const S extends Start = Start>(
    name: string,
    start: CheckedStart<S>,
    options: TaskOptions<A>,
    work: Work<ArgsOf<A>, R>,
  ): Task<Returned<R>>
  task(name: string, start: Start, ...rest: readonly unknown[]): Task<never> {
    return atDoor(this.task, () => this.#session.createTask(name, start, ...rest))
  }

  /** A condition of the app's own, a function or an Observable of booleans; its words are known to the app's statements from here on. */
  condition<const T extends string>(
    wordings: T | readonly T[],
    predicate: PredicateFunction<SlotValues<T>, Context>,
  ): CustomCondition<SlotInputs<T>>
  condition<const T extends string>(
    wordings: T | readonly T[],
    options: ConditionOptions,
    predicate: PredicateFunction<SlotValues<T>, Context>,
  ): CustomCondition<SlotInputs<T>>
  condition<const T extends string>(
    wordings: T | readonly T[],
    options: FarConditionOptions,
    work: PredicateFunction<SlotValues<T>, FarRun>,
  ): CustomCondition<SlotInputs<T>>
  condition<A extends Record<string, unknown>>(
    wordings: string | RegExp | readonly (string | RegExp)[],
    predicate: PredicateFunction<A, Context>,
  ): CustomCondition<A>
  condition<A extends Record<string, unknown>>(
    wordings: string | RegExp | readonly (string | RegExp)[],
    options: ConditionOptions,
    predicate: PredicateFunction<A, Context>,
  ): CustomCondition<A>
  condition<A extends Record<string, unknown>>(
    options: ConditionOptions,
    predicate: PredicateFunction<A, Context>,
  ): CustomCondition<A>
  condition<A extends Record<string, unknown>>(predicate: PredicateFunction<A, Context>): CustomCondition<A>
  condition<const T extends string>(
    wordings: T | readonly T[],
    stream: BooleanStream,
  ): CustomCondition<Record<string, never>>
  condition(stream: BooleanStream): CustomCondition<Record<string, never>>
  condition(...given: readonly unknown[]): CustomCondition {
    return atDoor(this.condition, () => {
      const made = (condition as (...given: readonly unknown[]) => CustomCondition)(...given)
      this.#session.words.add(made)
      return made
    })
  }

  /** Sets one shared value; an arg as the value is made when a task asks for it. */
  param(name: string, value: unknown): void {
    this.#session.send({ type: 'param.set', name, value })
  }

  /** Sets shared values. */
  params(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) this.param(name, value)
  }

  /** Adds the tasks and params of a group. Checked as a whole: of a group with a bad task nothing is added. */
  include(group: Group): void {
    if (!Array.isArray((group as Partial<Group> | null | undefined)?.members))
      throw new TypeError(`Cannot include that as it must be a group made by createGroup(): ${String(group)}`)
    const ready = atDoor(this.include, () => {
      const checked = group.members.map((task) => ({ ...task, start: this.#startOf(task) }))
      for (const { name, start, options, work } of checked)
        this.#session.checkTask(name, start, options, work)
      return checked
    })
    for (const { name, start, options, work } of ready) this.#session.createTask(name, start, options, work)
    this.params(group.values)
  }

  /**
   * A group of this app: its tasks are added at once, under its prefix and with its condition.
   *
   * @example
   * ```ts
   * const nightly = app.group({ prefix: 'nightly.', start: 'time of day between 22:00 and 06:00' })
   * nightly.task('backup', 'every 1 hour', backUp)
   * ```
   */
  group(options: GroupOptions = {}): AppGroup {
    const sink = {
      task: (task: GroupTask): Task<never> =>
        this.#session.createTask(task.name, this.#startOf(task), task.options, task.work),
      params: (values: Readonly<Record<string, unknown>>) => this.params(values),
    }
    return new Group(options, sink) as unknown as AppGroup
  }

  #startOf({ name, starts }: GroupTask): Start {
    if (starts.length === 1) return starts[0]!
    // Only by hand, or at the session's start or stop, is meant whatever must hold for the others of the group.
    if (starts.includes(false)) return false
    const act = `Cannot add task '${name}'`
    return atDoor(
      this.include,
      () => all(...starts.map((start) => toCondition(start, this.#session.words))),
      act,
    )
  }

  /**
   * Registers a kind of task that can be made by name while the session lives: `session.createFrom(template, name, given)`,
   * or the event `task.create` with `template`, which is plain JSON.
   */
  template(name: string, template: TaskTemplate): void {
    this.#session.update({ templates: { ...this.#session.options.templates, [name]: template } })
  }

  /** Called when the session starts, before start-up tasks; what it returns, if a function, after them. */
  setup(hook: SurroundingHook<'startup'>): () => void
  setup(hook: Hook<'startup'>): () => void
  setup(hook: Hook<'startup'>): () => void {
    return this.hook('startup', hook)
  }

  /** Adds a hook; returns its undo. */
  hook<K extends HookKind>(kind: K, hook: SurroundingHook<K>): () => void
  hook<K extends HookKind>(kind: K, hook: Hook<K>): () => void
  hook<K extends HookKind>(kind: K, hook: Hook<K>): () => void {
    return this.#session.hooks.add(kind, hook)
  }

  /**
   * Starts; resolves to the session when tasks may launch. Takes what {@link App.run} takes; the dashboard closes when the
   * session stops.
   *
   * @example
   * ```ts
   * const session = await app.start({ dashboard: true })
   * session.shutDown()
   * await session.stopped
   * ```
   */
  async start(options: RunOptions = {}): Promise<Session> {
    await this.#begin('app.start()', options, options.handleSignals)
    return this.#session
  }

  /**
   * Starts and resolves when the session has stopped; SIGINT, SIGTERM and SIGHUP shut it down. With `dashboard` the session is shown
   * in the browser, on this machine only, at the link that is printed.
   *
   * @example
   * ```ts
   * await app.run({ dashboard: true })
   * ```
   */
  async run(options: RunOptions = {}): Promise<void> {
    const handleSignals = options.handleSignals ?? this.#session.options.handleSignals ?? true
    const close = await this.#begin('app.run()', options, handleSignals)
    try {
      await this.#session.stopped
    } finally {
      await close()
    }
  }

  async #begin(
    door: string,
    options: RunOptions,
    handleSignals: boolean | undefined,
  ): Promise<() => Promise<void>> {
    checkKeys(options, { dashboard: anything, handleSignals: aBoolean }, `options of ${door}`)
    if (handleSignals !== undefined && handleSignals !== this.#session.options.handleSignals)
      this.#session.update({ handleSignals })
    const show = await serve(this.#session, options.dashboard ?? false)
    // The caller that awaits the stop gets its error; the page closes either way.
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => (closing ??= show())
    try {
      await this.#session.start()
    } catch (error) {
      await close()
      throw error
    }
    this.#session.stopped.then(close, close).catch(() => {})
    return close
  }
}

const serve = (session: Session, dashboard: boolean | DashboardAddress): Promise<() => Promise<void>> =>
  dashboard === false
    ? Promise.resolve(async () => {})
    : serveDashboard(session, dashboard === true ? {} : dashboard)

/**
 * Makes an app.
 *
 * @example
 * ```ts
 * const app = createApp({ timezone: 'Europe/Helsinki' })
 * app.task('hello', 'every 10 seconds', () => console.log('hello'))
 * await app.run()
 * ```
 */
export function createApp(options: AppOptions = {}): App {
  return atDoor(createApp, () => new App(options))
}
