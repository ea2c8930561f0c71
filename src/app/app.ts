/** The app: tasks, params, conditions and hooks, and the session that runs them. */

import type { EventObject } from 'xstate'
import type { ArgSpecs, ArgsOf } from '../args/arg.ts'
import { all } from '../conditions/builders/combine.ts'
import type { PredicateFunction } from '../conditions/condition.ts'
import type { PlaceholderInputs, PlaceholderValues } from '../conditions/language/placeholders.ts'
import type { ConditionOptions } from '../conditions/predicates/condition-options.ts'
import { type CustomCondition, condition } from '../conditions/predicates/define.ts'
import type { BooleanStream } from '../conditions/predicates/streams.ts'
import { toCondition } from '../conditions/to-condition.ts'
import { atDoor } from '../errors/at-door.ts'
import type { IsolatedRun } from '../executors/run-facts.ts'
import type { Context, Hook, HookKind, SurroundingHook } from '../session/api/hooks.ts'
import type { Returned, Session, SessionOptions, TaskTemplate, Work } from '../session/api/session.ts'
import type { Task } from '../session/api/task.ts'
import type { CheckedStart, Start, TaskOptions } from '../session/api/task-options.ts'
import { LiveSession } from '../session/session.ts'
import type { WorkflowOf } from '../workflow/workflow.ts'
import { begin, type RunOptions } from './begin.ts'
import { Group, type GroupOptions, type GroupTask } from './group.ts'

/**
 * A group of an app. Its `task` returns the task's handle; nested groups belong to the app, too.
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
 * Options of {@link createApp}, which are those of its session. All are optional.
 *
 * @example
 * ```ts
 * const options: AppOptions = { timezone: 'Europe/Helsinki', store: 'jsonl:./runs.jsonl' }
 * const app = createApp(options)
 * ```
 */
export type AppOptions = SessionOptions

/** Options of a condition that is evaluated by module work in a thread or process. */
type IsolatedConditionOptions = ConditionOptions & { readonly execution: 'thread' | 'process' }

/**
 * An app, created by {@link createApp}: the place to define tasks, which run once the app is started. It has one session, which exists
 * from the beginning in the state `stopped`.
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

  /** The session of the app; `stopped` until the app is started. */
  get session(): Session {
    return this.#session
  }

  /**
   * Adds a task and returns its handle.
   *
   * @param name - Unique in the session.
   * @param start - The start condition: a condition, a statement, a function, an Observable, or a boolean (`false`: manual runs only).
   * @param rest - Options, if any, and the work.
   * @throws TypeError for invalid options, StatementError for an invalid statement, TaskExistsError for a duplicate name
   * @example
   * ```ts
   * app.task('fetch', daily.after('07:00'), { timeout: '5 minutes' }, async (_, run) => fetchAll(run.signal))
   * ```
   */
  task<R, const S extends Start = Start, E extends EventObject = EventObject>(
    name: string,
    start: CheckedStart<S>,
    work: Work<Record<string, never>, R> | WorkflowOf<R, E>,
  ): Task<Returned<R>, E>
  task<R, A extends ArgSpecs, const S extends Start = Start, E extends EventObject = EventObject>(
    name: string,
    start: CheckedStart<S>,
    options: TaskOptions<A>,
    work: Work<ArgsOf<A>, R> | WorkflowOf<R, E>,
  ): Task<Returned<R>, E>
  task(name: string, start: Start, ...rest: readonly unknown[]): Task<never> {
    return atDoor(this.task, () => this.#session.createTask(name, start, ...rest))
  }

  /**
   * Creates a custom condition from a function or an Observable of booleans. Its phrase can be used in the app's statements from then on.
   *
   * @example
   * ```ts
   * const exists = app.condition('file {path} exists', ({ path }) => existsSync(path))
   * app.task('import', 'daily & file prices.csv exists', () => {})
   * app.task('clean', exists({ path: 'prices.csv' }), () => {})
   * ```
   */
  condition<const T extends string>(
    wordings: T | readonly T[],
    predicate: PredicateFunction<PlaceholderValues<T>, Context>,
  ): CustomCondition<PlaceholderInputs<T>>
  condition<const T extends string>(
    wordings: T | readonly T[],
    options: ConditionOptions,
    predicate: PredicateFunction<PlaceholderValues<T>, Context>,
  ): CustomCondition<PlaceholderInputs<T>>
  condition<const T extends string>(
    wordings: T | readonly T[],
    options: IsolatedConditionOptions,
    work: PredicateFunction<PlaceholderValues<T>, IsolatedRun>,
  ): CustomCondition<PlaceholderInputs<T>>
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

  /** Sets one shared value. If the value is an arg, it is resolved whenever a task uses it. */
  param(name: string, value: unknown): void {
    this.#session.send({ type: 'param.set', name, value })
  }

  /** Sets shared values. */
  params(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) this.param(name, value)
  }

  /** Adds the tasks and params of a group, or nothing if one of its tasks is invalid. */
  include(group: Group): void {
    if (!Array.isArray((group as Partial<Group> | null | undefined)?.members))
      throw new TypeError(`Cannot include that as it must be a group from createGroup(): ${String(group)}`)
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
   * Creates a group of this app. Its tasks are added at once, with the group's prefix and condition.
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
    // `false` (manual, start-up and shut-down tasks) is kept, regardless of the group's condition.
    if (starts.includes(false)) return false
    const act = `Cannot add task '${name}'`
    return atDoor(
      this.include,
      () => all(...starts.map((start) => toCondition(start, this.#session.words, this.#session.clock))),
      act,
    )
  }

  /**
   * Registers a template, from which `session.createFrom(template, name, given)` creates tasks while the session runs. The event
   * `task.create` with `template` does the same, and is plain JSON.
   */
  template(name: string, template: TaskTemplate): void {
    this.#session.update({ templates: { ...this.#session.options.templates, [name]: template } })
  }

  /** Adds a hook that runs at the start of the session, before start-up tasks. If it returns a function, that runs after them. */
  setup(hook: SurroundingHook<'startup'>): () => void
  setup(hook: Hook<'startup'>): () => void
  setup(hook: Hook<'startup'>): () => void {
    return this.hook('startup', hook)
  }

  /** Adds a hook; returns a function that removes it. */
  hook<K extends HookKind>(kind: K, hook: SurroundingHook<K>): () => void
  hook<K extends HookKind>(kind: K, hook: Hook<K>): () => void
  hook<K extends HookKind>(kind: K, hook: Hook<K>): () => void {
    return this.#session.hooks.add(kind, hook)
  }

  /**
   * Starts the session; resolves to it once tasks may launch. The dashboard, if any, closes when the session stops.
   *
   * @throws SetupError if a start-up hook fails; RunLogError if the log cannot be opened
   *
   * @example
   * ```ts
   * const session = await app.start({ dashboard: true })
   * session.shutDown()
   * await session.stopped
   * ```
   */
  async start(options: RunOptions = {}): Promise<Session> {
    await begin(this.#session, 'app.start()', options, options.handleSignals)
    return this.#session
  }

  /**
   * Starts the session and resolves when it has stopped. By default SIGINT, SIGTERM and SIGHUP shut it down. With `dashboard` the session
   * is shown in the browser, on this machine only, at the printed link.
   *
   * @example
   * ```ts
   * await app.run({ dashboard: true })
   * ```
   */
  async run(options: RunOptions = {}): Promise<void> {
    const handleSignals = options.handleSignals ?? this.#session.options.handleSignals ?? true
    const close = await begin(this.#session, 'app.run()', options, handleSignals)
    try {
      await this.#session.stopped
    } finally {
      await close()
    }
  }
}

/**
 * Creates an app.
 *
 * @throws TypeError for unknown or invalid options
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
