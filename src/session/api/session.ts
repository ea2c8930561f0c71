/** Public types that refer to one another: the session, its options, work and runs. Types only. */
import type { DateTime } from 'luxon'
import type { Observable } from 'rxjs'
import type { AnyActorLogic, AnyActorRef, EventObject, InspectionEvent, Observer } from 'xstate'
import type { Command } from '../../../machines/commands.ts'
import type { News, NewsType, ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import type { ArgSpecs, ArgsOf } from '../../args/arg.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Facts } from '../../conditions/facts.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import type { SkipRun } from '../../errors/skip-run.ts'
import type { OnUncaught } from '../../executors/inline/uncaught-errors.ts'
import type { Store } from '../../log/store.ts'
import type { TaskName, TaskRef } from '../../task-ref.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import type { Instant } from '../../time/zone/zone.ts'
import type { Workflow, WorkflowOf } from '../../workflow/workflow.ts'
import type { Forecast, ForecastOptions } from './forecast.ts'
import type { PastMoment } from './past.ts'
import type { Logger, LogOptions, OnError, PoolOptions } from './session-options.ts'
import type {
  NewsListener,
  Params,
  SessionRunLog,
  SessionRunOptions,
  SessionState,
  TaskLink,
} from './session-parts.ts'
import type { RunOutcome, Task } from './task.ts'
import type { CheckedStart, Execution, Start, TaskOptions, TaskUpdate } from './task-options.ts'

/**
 * A run, as work receives it in its second argument. `Value` is the type of the stream's values if the start is a stream
 * (`onEach`).
 *
 * @example
 * ```ts
 * const report = async (_: unknown, run: Run): Promise<string> => {
 *   run.log.info('for', run.period?.start.toISODate())
 *   run.progress(0.5)
 *   const answer = await fetch('https://example.org', { signal: run.signal })
 *   return await answer.text()
 * }
 * app.task('report', 'daily after 07:00', report)
 * ```
 */
export interface Run<Value = unknown> {
  /** The unique id of the run in the log. Default: a random UUID; see {@link TaskOptions.runId}. */
  readonly id: string
  readonly task: Task
  readonly session: Session
  /** The time of the launch, in the task's zone. */
  readonly startedAt: DateTime
  /** Aborted when the run is cancelled; `signal.reason` is the cause. Pass it to the operations that the work awaits. */
  readonly signal: AbortSignal
  /** A logger for this run: lines go to the session's logger, with the task and the run id, and to the run log. */
  readonly log: Logger
  /** Reports the progress, a number from 0 to 1, with an optional text. */
  progress(fraction: number, message?: string): void
  /** The instant from which the condition held, in the task's zone; null for manual runs. */
  readonly dueAt: DateTime | null
  /**
   * The cycle or cron occurrence for which it runs (`daily`: that day), in the task's zone, `end` excluded; null if its condition
   * has neither.
   */
  readonly period: { readonly start: DateTime; readonly end: DateTime } | null
  /** The reason for the launch. */
  readonly trigger: RunTrigger
  /** The params of this run, as given to `task.run(params)`. */
  readonly params: ParamValues
  /** The value of the stream that started it (`onEach`); undefined otherwise. */
  readonly value: Value | undefined
}

/**
 * The function of a task: it receives the args and the run, and returns its value or a promise of it. A thrown error fails the
 * run; a thrown or returned {@link SkipRun} ends it with the outcome `inaction`.
 *
 * @example
 * ```ts
 * const greet: Work<{ name: string }, string> = ({ name }, run) => `Dear ${name}, ${run.startedAt.toISODate()}`
 * app.task('greet', 'daily', { args: { name: 'Ada' } }, greet)
 * ```
 */
export type Work<A = Record<string, never>, R = unknown> = (args: A, run: Run) => R

/** The type of the value that a task returns: awaited, without `SkipRun`. */
export type Returned<R> = Exclude<Awaited<R>, SkipRun>

/**
 * Options of a session, all optional. An unknown key is a `TypeError` that suggests similar names. Durations are texts
 * (`'10 minutes'`), parts (`{ minutes: 10 }`) or numbers of ms. Most options can be changed with `session.update(options)`;
 * `store`, `log`, `clock`, `inspect` and `persist` cannot.
 *
 * @example
 * ```ts
 * const options: SessionOptions = { timezone: 'Europe/Helsinki', timeout: '10 minutes', store: 'jsonl:./runs.jsonl' }
 * const app = createApp(options)
 * ```
 */
export interface SessionOptions {
  /** The IANA time zone of conditions and times. Default: the zone of the system. */
  readonly timezone?: string
  /** The execution of tasks without this option; default `async`. */
  readonly execution?: Execution
  /** The maximum duration of runs of tasks without this option; default 30 minutes, `'never'`: no limit. */
  readonly timeout?: DurationInput | 'never'
  /** The delay between runs of a task whose condition still holds; default 100 ms. */
  readonly relaunchDelay?: DurationInput
  /**
   * The maximum number of live runs of each task, unless the task sets its own: a number, `true` (no limit) or `false` (one, the
   * default). Limits that tasks share are {@link SessionOptions.pools}.
   */
  readonly concurrency?: boolean | number
  /** @deprecated Use {@link SessionOptions.concurrency}. */
  readonly multilaunch?: boolean | number
  /** A condition that shuts the session down when it holds, also before the first launch. */
  readonly shutCondition?: Start
  /**
   * The action of `restart()` after the shut-down. `recall` (default): the session starts again in the same process. `relaunch`:
   * the program starts in a new, independent process with the same arguments, and this process exits. `replace`: the new process
   * takes the place of this one, so that a parent that waits for this process waits for the new one.
   */
  readonly restarting?: 'recall' | 'relaunch' | 'replace'
  /** Cancels live runs at shut-down instead of waiting for them. Default false. */
  readonly instantShutdown?: boolean
  /** The maximum number of live runs in child processes; default 4. */
  readonly maxProcesses?: number
  /** The maximum number of live runs in worker threads; default 4. */
  readonly maxThreads?: number
  /**
   * Pools that tasks use by name (`pool: 'db'`): limits of the live runs that they share, and of starts per period. A number is
   * the maximum of live runs.
   *
   * @example
   * ```ts
   * createApp({ pools: { db: 3, api: { limit: 2, rate: { starts: 10, per: '1 minute' } } } })
   * ```
   */
  readonly pools?: Readonly<Record<string, number | PoolOptions>>
  /**
   * The store of the run log: `'memory'` (default), `'jsonl:<path>'`, `'csv:<path>'`, `'sqlite:<path>'`, a `Store`, or a sync or
   * async function that returns a `Store`.
   */
  readonly store?: string | Store | (() => Store | Promise<Store>)
  /** Options of the run log. */
  readonly log?: LogOptions
  /** Initial values of {@link Session.params}, which tasks and conditions share. */
  readonly params?: Record<string, unknown>
  /** Templates from which tasks are created by name at run time (`createFrom`, the event `task.create`). */
  readonly templates?: Readonly<Record<string, TaskTemplate>>
  /**
   * Saves changes made at run time, and restores them in the next process: params, disabled tasks, updates, waiting manual runs, and
   * tasks created from templates. Changed values take precedence over the options of the next process. Requires a durable store.
   * Default false.
   *
   * Changes are stored unmasked, with the secrets in them. Pass secrets to tasks as args (`secret(env('KEY'))`), which are never
   * stored.
   */
  readonly persist?: boolean
  /** The interval at which functions in conditions are called; default 1 second. */
  readonly pollEvery?: DurationInput
  /**
   * The treatment of failures, for all kinds or per kind. Default: `log`, except for `setup`, which is `raise`: a start-up hook
   * that fails ends the start, and `start()` and `run()` reject with a `SetupError`.
   */
  readonly onError?:
    | OnError
    | {
        readonly condition?: OnError
        readonly setup?: OnError
        readonly hook?: OnError
        readonly log?: OnError
        /** A start condition that can never hold: `raise` refuses the task. */
        readonly neverHolds?: OnError
      }
  /**
   * The treatment of uncaught errors of runs in the session's own thread, thrown from a timer or an event. `exit` (default) is
   * Node's behavior: the process ends, after a warning that names the run. `fail`: the run fails and the process continues; its
   * state may be broken, and operations that the run started are not stopped. Errors outside of runs always end the process.
   */
  readonly onUncaught?: OnUncaught
  /**
   * The treatment of a new task whose name is taken. `raise` (default) throws a `TaskExistsError`, `ignore` keeps the existing
   * task, `replace` removes it, and `rename` appends a number to the new name.
   */
  readonly onTaskExists?: 'raise' | 'ignore' | 'replace' | 'rename'
  /** An XState inspection observer for the whole actor tree. */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /** The source of time; default: the system's clock. Tests pass a `TestClock`. */
  readonly clock?: Clock
  /**
   * The logger: it receives warnings, runs that fail, crash, time out, start late or are missed, and the
   * output lines of runs. Default: the console. `false` disables it.
   */
  readonly logger?: Logger | false
  /** Shuts the session down on SIGINT, SIGTERM and SIGHUP. Default: true in `app.run()`, false in `app.start()`. */
  readonly handleSignals?: boolean
  /**
   * The time that a shut-down waits for live runs before it cancels them. Default: three seconds after a signal, otherwise
   * `'never'` (no limit).
   */
  readonly drainTimeout?: DurationInput | 'never'
  /** The delay of a start beyond which the event `run.late` reports it; default 1 second. */
  readonly lateAfter?: DurationInput
}

/**
 * A template of tasks that are created at run time without code, by a user interface, another program, or from the stored state
 * of the session: the work is registered in the template; the name and different options are given at creation.
 *
 * @example
 * ```ts
 * const app = createApp({ templates: { ping: { work: ({ url }) => fetch(url), start: 'every 1 minute' } } })
 * app.session.createFrom('ping', 'ping example', { params: { url: 'https://example.org' } })
 * ```
 */
export interface TaskTemplate {
  readonly description?: string
  readonly work: Work<never, unknown> | AnyActorLogic | Workflow
  /** The start condition, unless another one is given at creation. Default `false`: manual runs only. */
  readonly start?: Start
  /** Options of the tasks; those given at creation take precedence. */
  readonly options?: TaskOptions
}

/**
 * The runtime of tasks: an actor with params, a clock, a run log and executors. Each app has one, which is stopped at first.
 * `shutDown`, `restart`, `pause` and `resume` send a command and return at once; `send` accepts every command as an event. Times
 * are Luxon `DateTime` values in the session's zone.
 *
 * @example
 * ```ts
 * const session: Session = await createApp().start()
 * session.on('run.ended', ({ task, action }) => console.log(task, action))
 * session.createTask('report', 'daily after 07:00', () => {})
 * await session.task('report').run()
 * session.shutDown()
 * await session.stopped
 * ```
 */
export interface Session extends AsyncDisposable {
  /** The current state. */
  readonly state: SessionState
  /** The time of the last start, in the session's zone; null before the first start. */
  readonly startedAt: DateTime | null
  /** The number of cycles since the start. */
  readonly cycles: number
  /** The time of the session's clock, in the session's zone. */
  now(): DateTime
  readonly clock: Clock
  /** The given options, with later updates; frozen. */
  readonly options: Readonly<SessionOptions>
  /** The phrases that custom conditions add to statements. */
  readonly words: Vocabulary
  /** The XState actor at the root of the tree. */
  readonly actor: AnyActorRef

  /** Returns a task by name or handle. Throws a `TaskNotFoundError` that suggests similar names. */
  task<R = unknown>(task: string | TaskRef<R>): Task<R>
  /** Returns all tasks, in the order of their creation. */
  tasks(): Task[]
  has(task: TaskName): boolean
  /** Returns the live runs of all tasks. */
  runs(): readonly { readonly id: string; readonly task: string; readonly startedAt: DateTime }[]
  /** Adds a task, at any time. Throws a `TaskExistsError` if the name is taken and `onTaskExists` is `raise`. */
  createTask<R, const S extends Start = Start, E extends EventObject = EventObject>(
    name: string,
    start: CheckedStart<S>,
    work: Work<Record<string, never>, R> | WorkflowOf<R, E>,
  ): Task<Returned<R>, E>
  createTask<R, A extends ArgSpecs, const S extends Start = Start, E extends EventObject = EventObject>(
    name: string,
    start: CheckedStart<S>,
    options: TaskOptions<A>,
    work: Work<ArgsOf<A>, R> | WorkflowOf<R, E>,
  ): Task<Returned<R>, E>
  /** Creates a task from a registered template. The given options, and the start, take precedence over those of the template. */
  createFrom(template: string, name: string, given?: TaskUpdate): Task
  /** The registered templates, by name. */
  readonly templates: ReadonlyMap<string, TaskTemplate>
  /** Removes a task and cancels its live runs. Resolves when they have ended. */
  removeTask(task: TaskName): Promise<void>
  /** Removes all tasks and params. Resolves when no run is live. */
  clear(): Promise<void>
  /**
   * Runs each of these tasks once, and resolves to the outcomes by name. A running session runs them like `task.run()`; a stopped
   * session starts with only these tasks enabled, and stops when they are done.
   */
  run(...tasks: [...TaskName[]] | [...TaskName[], SessionRunOptions]): Promise<Record<string, RunOutcome>>

  /**
   * Starts the shut-down and returns at once; await {@link Session.stopped} for its end. Live runs may finish; a second call, or
   * `force`, cancels them.
   */
  shutDown(options?: { readonly force?: boolean }): void
  /** Shuts the session down and starts it again, as the option `restarting` specifies. Returns at once. */
  restart(): void
  /** Launches nothing until {@link Session.resume}; live runs continue. The state is `held`, the command `session.hold`. */
  pause(): void
  /** @deprecated Use {@link Session.pause}, which does the same. */
  hold(): void
  /** Ends a pause: tasks launch again. */
  resume(): void
  /** Resolves when the session has stopped; rejects with the error that ended it. */
  readonly stopped: Promise<void>

  /**
   * Sends a command; every method that changes the session has one. Throws for unknown commands and tasks, and a
   * `CommandRefusedError` if the current state does not accept the command.
   */
  send(command: Command): void
  /** Adds a listener of one type of event, or of all with `'*'`. Returns a function that removes it. */
  on<T extends NewsType | '*'>(name: T, listener: NewsListener<T>): () => void
  /** All events of the session as an RxJS Observable. An error that a subscriber throws is reported as the warning `listener`. */
  readonly events$: Observable<News>
  /**
   * True while a condition holds, as an RxJS Observable: the current value on subscription, then each change. Accepts each start of
   * a task except `onEach`. Each subscription evaluates the condition separately, until it is unsubscribed.
   *
   * Conditions are evaluated while the session is running or paused. In a stopped session the Observable emits the current value,
   * and continues when the session starts. A condition that throws counts as false, and `onError.condition` applies. Throws a
   * `TypeError` or a `StatementError` if the argument is not a condition.
   *
   * @example
   * ```ts
   * const isNight = session.watch('time of day between 22:00 and 06:00')
   * const subscription = isNight.subscribe((holds) => console.log(holds ? 'night' : 'day'))
   * subscription.unsubscribe()
   * ```
   */
  watch<const S extends Start>(condition: CheckedStart<S>): Observable<boolean>

  /** Values that tasks and conditions share. */
  readonly params: Params
  /** The last return value of each task. */
  readonly returns: { get(task: TaskName): unknown; has(task: TaskName): boolean }
  /** The run log: records of runs, and notes. */
  readonly log: SessionRunLog
  /** Changes options at run time. Throws a `TypeError` for those that are fixed at creation. */
  update(options: SessionOptions): void
  /**
   * Forecasts the runs that follow from time alone: simulates the session on a separate clock, with stubbed work. The session, its
   * params and its log are read and not changed. See {@link Forecast} for the assumptions.
   *
   * @example
   * ```ts
   * const { runs } = await session.forecast({ until: '2027-01-01', limit: 50 })
   * for (const run of runs) console.log(run.at.toISO(), run.task, run.because)
   * ```
   */
  forecast(options?: ForecastOptions): Promise<Forecast>
  /**
   * Returns the session as it was at a past instant, by the log: its state, params and tasks, and explanations of the tasks. What the
   * log does not have is not known, and said to be. The instant is a `DateTime`, epoch ms, or ISO 8601 (without an offset: in the
   * session's zone). Rejects with a `RangeError` for a future instant.
   *
   * @example
   * ```ts
   * const then = await session.at('2026-11-24T07:00')
   * console.log(then.state, (await then.explain('report')).sentence)
   * ```
   */
  at(instant: Instant): Promise<PastMoment>
  /** Returns the dependencies between tasks, and of tasks on params, from conditions and args. */
  graph(): readonly TaskLink[]
  /** Returns the facts from which conditions are evaluated: for a task or for none, at an instant in epoch ms (default: now). */
  facts(owner?: { readonly task?: string | null; readonly at?: number }): Facts
  /** The number of warnings since the session was created, by kind. */
  readonly warnings: Readonly<Record<string, number>>
  /** Shuts the session down, for `await using`. Resolves when it has stopped. */
  [Symbol.asyncDispose](): Promise<void>
}
