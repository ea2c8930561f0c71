/**
 * The public types that need one another: the session, its options, and the work and runs in it. Words only; what they do is in
 * the other files of this room, and so are the public types that stand alone (`*-types.ts`, `task-options.ts`).
 */
import type { DateTime } from 'luxon'
import type { Observable } from 'rxjs'
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate'
import type { Command } from '../../../machines/commands.ts'
import type { News, NewsType, ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import type { ArgSpecs, ArgsOf } from '../../args/arg.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Facts } from '../../conditions/facts.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import type { SkipRun } from '../../errors/skip-run.ts'
import type { OnUncaught } from '../../executors/inline/uncaught-errors.ts'
import type { StoreHealth } from '../../log/resilience/options.ts'
import type { LogQuery, Note, NoteQuery, RunRecord, Store } from '../../log/store.ts'
import type { TaskName, TaskRef } from '../../task-ref.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import type { Forecast, ForecastOptions } from './forecast.ts'
import type { Logger, LogOptions, OnError, PoolOptions } from './session-options.ts'
import type { NewsListener, Params, SessionRunOptions, SessionState, TaskLink } from './session-parts.ts'
import type { RunOutcome, Task } from './task.ts'
import type { CheckedStart, Execution, Start, TaskOptions, TaskUpdate } from './task-options.ts'

/**
 * What a run is: the second argument of work. `Value` is the type of what starts it, where that is a stream
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
  /** Its id in the log: unique, a random UUID unless the task makes its own. */
  readonly id: string
  readonly task: Task
  readonly session: Session
  /** In the task's zone. */
  readonly startedAt: DateTime
  /** Aborted when the run is told to end; its reason says why. Pass it on to what you await. */
  readonly signal: AbortSignal
  /** Lines for this run; they go to the session's logger with task and run id. */
  readonly log: Logger
  /** Tells how far the run is, from 0 to 1. */
  progress(fraction: number, message?: string): void
  /** When the condition began to hold, in the task's zone; null for runs by hand. */
  readonly dueAt: DateTime | null
  /** The cycle or cron occurrence it runs for (`daily`: that day), from `start` up to `end`, in the task's zone; null where there is none. */
  readonly period: { readonly start: DateTime; readonly end: DateTime } | null
  /** Why it was launched. */
  readonly trigger: RunTrigger
  /** What was given to `task.run(params)`. */
  readonly params: ParamValues
  /** The value of the stream that started it (`onEach`); undefined otherwise. */
  readonly value: Value | undefined
}

/**
 * What a task does: gets its args and the run, and returns (a promise of) its value. What it throws makes the run
 * fail, unless it is a {@link SkipRun}.
 *
 * @example
 * ```ts
 * const greet: Work<{ name: string }, string> = ({ name }, run) => `Dear ${name}, ${run.startedAt.toISODate()}`
 * app.task('greet', 'daily', { args: { name: 'Ada' } }, greet)
 * ```
 */
export type Work<A = Record<string, never>, R = unknown> = (args: A, run: Run) => R

/** What work comes to for others: its awaited return, without inaction. */
export type Returned<R> = Exclude<Awaited<R>, SkipRun>

/**
 * Options of a session, all optional. An unknown key is a `TypeError` that names the nearest. Durations are given as
 * text, as parts or as ms. Most can be changed later with `session.update(options)`.
 *
 * @example
 * ```ts
 * const options: SessionOptions = { timezone: 'Europe/Helsinki', timeout: '10 minutes', store: 'jsonl:./runs.jsonl' }
 * const app = createApp(options)
 * ```
 */
export interface SessionOptions {
  /** IANA zone of conditions and times; default: the system's. */
  readonly timezone?: string
  /** Default execution of tasks; default `async`. */
  readonly execution?: Execution
  /** Default timeout of runs; default 30 minutes, `'never'` lifts it. */
  readonly timeout?: DurationInput | 'never'
  /** How long a task whose condition still holds waits before it is launched again; default 100 ms. */
  readonly relaunchDelay?: DurationInput
  /**
   * The maximum number of live runs of each task, unless the task sets its own: a number, `true` (no limit) or `false` (one, the
   * default). Limits that tasks share are {@link SessionOptions.pools}.
   */
  readonly concurrency?: boolean | number
  /** @deprecated Use {@link SessionOptions.concurrency}. */
  readonly multilaunch?: boolean | number
  /** The session shuts down when this holds; looked at before the first launch too. */
  readonly shutCondition?: Start
  /**
   * What `restart()` does, after a shut-down: `recall` (default) starts again in the same process; `relaunch` starts the
   * program anew, with the same arguments and on its own, and ends this process; `replace` puts the new one in this one's
   * place, so that whoever waits for this process waits for the new one.
   */
  readonly restarting?: 'recall' | 'relaunch' | 'replace'
  /** Shut-down ends living runs instead of waiting. Default false. */
  readonly instantShutdown?: boolean
  /** How many runs in processes may live; default 4. */
  readonly maxProcesses?: number
  /** How many runs in threads may live; default 4. */
  readonly maxThreads?: number
  /**
   * Pools that tasks share by name (`pool: 'db'`): how many of their runs may live, and how many may start in a while.
   *
   * @example
   * ```ts
   * createApp({ pools: { db: 3, api: { limit: 2, rate: { starts: 10, per: '1 minute' } } } })
   * ```
   */
  readonly pools?: Readonly<Record<string, number | PoolOptions>>
  /** Where the run log lives: `'memory'` (default), `'jsonl:./runs.jsonl'`, a store, or an async function that gives one. */
  readonly store?: string | Store | (() => Store | Promise<Store>)
  /** How the run log is kept. */
  readonly log?: LogOptions
  /** Values that tasks and conditions share. */
  readonly params?: Record<string, unknown>
  /** Kinds of task that can be made by name while the session lives (`createFrom`, the event `task.create`). */
  readonly templates?: Readonly<Record<string, TaskTemplate>>
  /**
   * Whether what was changed while it lived outlives the process, too: params, disabled tasks, updates, runs by hand that
   * wait, and tasks made of templates. Needs a store that lasts. Default false.
   *
   * They are put back as they were, so nothing in them is masked: what is secret among params and params of waiting runs
   * stands in the store as it is. Give secrets to tasks as args (`secret(env('KEY'))`), which are never kept.
   */
  readonly persist?: boolean
  /** How often condition functions are looked at; default 1 second. */
  readonly pollEvery?: DurationInput
  /**
   * What failures do, for all kinds or one by one. Default `log`, but for `setup`: a start-up hook that fails ends the start,
   * and `start()` and `run()` reject with a `SetupError`, unless `log` tells the session to go on.
   */
  readonly onError?:
    | OnError
    | {
        readonly condition?: OnError
        readonly setup?: OnError
        readonly hook?: OnError
        readonly log?: OnError
        /** A start that can never hold: `raise` refuses the task. */
        readonly neverHolds?: OnError
      }
  /**
   * What an error does that a run in the session's own thread throws where nothing catches it: out of a timer or an event. `exit`
   * (default) is Node's way: the process ends, and before that a warning names the run. With `fail` the run fails and the
   * process goes on; its state may be broken, and work that still goes on is not stopped. Errors of no run end the process.
   */
  readonly onUncaught?: OnUncaught
  /** What adding a task does when the name is taken; default `raise`. */
  readonly onTaskExists?: 'raise' | 'ignore' | 'replace' | 'rename'
  /** An XState inspection observer for the whole actor tree. */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /** Where time comes from; default the clock of the system. Tests give a `TestClock`. */
  readonly clock?: Clock
  /**
   * The logger: it receives warnings, runs that fail, crash, time out, start late or are missed, and the
   * output lines of runs. Default: the console. `false` disables it.
   */
  readonly logger?: Logger | false
  /** Shut down on SIGINT, SIGTERM and SIGHUP. Default: true in `app.run()`, false in `app.start()`. */
  readonly handleSignals?: boolean
  /**
   * How long a draining shut-down waits before it ends what still runs; default `'never'` (it waits as long as that takes), but
   * three seconds from the signal where a signal shuts down.
   */
  readonly drainTimeout?: DurationInput | 'never'
  /** What a run that started late by more than this is reported as (`run.late`); default 1 second. */
  readonly lateAfter?: DurationInput
}

/**
 * A kind of task that can be made while the session lives by whoever cannot send code (a person, another program, the
 * session's own memory): the work is registered here, the name and what differs come later.
 *
 * @example
 * ```ts
 * const app = createApp({ templates: { ping: { work: ({ url }) => fetch(url), start: 'every 1 minute' } } })
 * app.session.createFrom('ping', 'ping example', { params: { url: 'https://example.org' } })
 * ```
 */
export interface TaskTemplate {
  readonly description?: string
  readonly work: Work<never, unknown>
  /** The start, unless the making brings another. Default: by hand. */
  readonly start?: Start
  /** Options of each task made of it, unless the making brings others. */
  readonly options?: TaskOptions
}

/**
 * What runs: tasks, params, clock, log, executors; an actor. An app has one from the beginning, stopped. `shutDown`,
 * `restart`, `hold` and `resume` ask and return at once; whatever the methods do, `send` does with an event. Times are
 * Luxon `DateTime` in the session's zone.
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
  /** What it is doing. */
  readonly state: SessionState
  /** When it started, in its zone; null before the first start. */
  readonly startedAt: DateTime | null
  /** Cycles since the start. */
  readonly cycles: number
  /** The clock's now, in the session's zone. */
  now(): DateTime
  readonly clock: Clock
  /** The options that it was given, with later updates. */
  readonly options: Readonly<SessionOptions>
  /** The words that custom conditions added to statements. */
  readonly words: Vocabulary
  /** The XState actor at the root of the tree. */
  readonly actor: AnyActorRef

  /** A task by name or handle; throws `TaskNotFoundError` with near names. */
  task<R = unknown>(task: string | TaskRef<R>): Task<R>
  /** All tasks, in the order in which they were made. */
  tasks(): Task[]
  has(task: TaskName): boolean
  /** Runs that live, of all tasks. */
  runs(): readonly { readonly id: string; readonly task: string; readonly startedAt: DateTime }[]
  /** Adds a task, before or while it runs; a `TaskExistsError` for a taken name, unless `onTaskExists` says otherwise. */
  createTask<R, const S extends Start = Start>(
    name: string,
    start: CheckedStart<S>,
    work: Work<Record<string, never>, R>,
  ): Task<Returned<R>>
  createTask<R, A extends ArgSpecs, const S extends Start = Start>(
    name: string,
    start: CheckedStart<S>,
    options: TaskOptions<A>,
    work: Work<ArgsOf<A>, R>,
  ): Task<Returned<R>>
  /** Makes a task of a registered template; what is given wins over what the template has. */
  createFrom(template: string, name: string, given?: TaskUpdate): Task
  /** The registered templates, by name. */
  readonly templates: ReadonlyMap<string, TaskTemplate>
  /** Takes a task out; its living run is terminated. Resolves when that run has ended. */
  removeTask(task: TaskName): Promise<void>
  /** Removes all tasks and params. */
  clear(): Promise<void>
  /**
   * Runs tasks once each. Stopped: starts with only these enabled, runs them, stops. Running: like `task.run()` on each.
   * Resolves to the outcomes by name.
   */
  run(...tasks: [...TaskName[]] | [...TaskName[], SessionRunOptions]): Promise<Record<string, RunOutcome>>

  /** Asks to stop and returns at once; a second call, or `force`, ends living runs. `stopped` is the end. */
  shutDown(options?: { readonly force?: boolean }): void
  /** Asks to stop and start again, in the way that the option `restarting` says. */
  restart(): void
  /** Launches nothing until {@link Session.resume}; live runs go on. The state is `held`, the command `session.hold`. */
  pause(): void
  /** @deprecated Use {@link Session.pause}: the same. */
  hold(): void
  /** Lets tasks launch again. */
  resume(): void
  /** Resolves when the session has stopped; rejects with the error that ended it. */
  readonly stopped: Promise<void>

  /** Sends a command: whatever the methods do, this can do. Unknown commands and tasks throw here. */
  send(command: Command): void
  /** Listens to news; returns its undo. */
  on<T extends NewsType | '*'>(name: T, listener: NewsListener<T>): () => void
  /** All news as an RxJS Observable, for any operator. What a subscriber throws is reported as a warning `listener`. */
  readonly events$: Observable<News>
  /**
   * True while a condition holds, as an RxJS Observable: the present answer on subscribe, then each change, on the session's clock.
   * Takes what a task takes as its start, but for `onEach`; each subscription evaluates by itself until it is unsubscribed.
   *
   * It evaluates while the session does, also while it is paused. Of a stopped session it emits the answer of now and
   * goes on when the session starts. What a condition throws counts as false and is handled as `onError.condition` says. A
   * `TypeError` or `StatementError` for what is no condition.
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
  /** The last return of each task, by name. */
  readonly returns: { get(task: TaskName): unknown; has(task: TaskName): boolean }
  /** The run log: records of runs and notes, the newest first. */
  readonly log: {
    query(query?: LogQuery): Promise<readonly RunRecord[]>
    /** How many records match, whatever the `limit` of the query. */
    count(query?: LogQuery): Promise<number>
    /**
     * The records that match one by one, read in pages while they are taken: an export of a long log takes little memory.
     *
     * @example
     * ```ts
     * for await (const record of session.log.stream({ since: Date.parse('2026-11-01'), oldestFirst: true }))
     *   console.log(JSON.stringify(record))
     * ```
     */
    stream(query?: LogQuery): AsyncIterable<RunRecord>
    /** The notes that match; those of the session's own state (`note: 'state'`, with `persist`) only if asked for by name. */
    notes(query?: NoteQuery): Promise<readonly Note[]>
    /** Writes a note of kind `audit`: who did what, beside the runs. Conditions do not see it. */
    note(note: Pick<Note, 'task' | 'runId' | 'message' | 'data'>): Promise<void>
    /** Whether what the log keeps survives the process, and the kind of its store (`memory`, `jsonl`); null until it is open. */
    readonly store: { readonly kind: string; readonly durable: boolean } | null
    /** A copy of a value of JSON, or a text, masked as the log would mask it; the same where it holds no secret. */
    redact<T>(value: T): T
    /** Whether the store can write: `ok`, or `degraded` with the reason and how many entries wait for it. */
    readonly health: StoreHealth
  }
  /** Changes options while it lives. */
  update(options: SessionOptions): void
  /**
   * What will run, and when, if nothing but time happens: the session is played ahead on a clock of its own. Reads the
   * session, its params and its log, and changes nothing; no work is called. See {@link Forecast} for what is assumed.
   *
   * @example
   * ```ts
   * const { runs } = await session.forecast({ until: '2027-01-01', limit: 50 })
   * for (const run of runs) console.log(run.at.toISO(), run.task, run.because)
   * ```
   */
  forecast(options?: ForecastOptions): Promise<Forecast>
  /** Links between tasks, and between params and tasks, as conditions and args say. */
  graph(): readonly TaskLink[]
  /** The facts of now (or of an instant) for conditions that are held by hand. */
  facts(owner?: { readonly task?: string | null; readonly at?: number }): Facts
  /** How often something was only logged, by kind. */
  readonly warnings: Readonly<Record<string, number>>
  /** Resolves when the session stops. */
  [Symbol.asyncDispose](): Promise<void>
}
