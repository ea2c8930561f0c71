/**
 * The public types that need one another: session, task, run and work. Words only; what they do is in the other files of
 * this room.
 */
import type { DateTime } from 'luxon'
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate'
import type {
  Action,
  Command,
  ErrorData,
  News,
  NewsType,
  Outcome,
  ParamValues,
  RunTrigger,
} from '../../machines/protocol.ts'
import type { ArgSpecs, ArgsOf } from '../args/arg.ts'
import type { Clock } from '../clock.ts'
import type { Condition } from '../conditions/condition.ts'
import type { Explanation } from '../conditions/explain.ts'
import type { Facts } from '../conditions/facts.ts'
import type { StatementText } from '../conditions/statement-type.ts'
import type { WaitedFor } from '../conditions/waits-for.ts'
import type { Words } from '../conditions/words.ts'
import type { Inaction } from '../errors.ts'
import type { StoreHealth } from '../log/guarded-store.ts'
import type { RedactorOptions } from '../log/redactor.ts'
import type { LogQuery, Note, NoteQuery, RunRecord, Store } from '../log/run-log.ts'
import type { ValueSerializer } from '../log/storable.ts'
import type { TaskName, TaskRef } from '../task-ref.ts'
import type { DurationInput } from '../time/duration.ts'
import type { Instant } from '../time/zone.ts'
import type { Forecast, ForecastOptions } from './forecast-types.ts'

/**
 * When a task starts: a condition, a statement, a boolean (`false`: only by hand; `true`: as often as possible), or a
 * boolean Observable.
 *
 * @example
 * ```ts
 * const starts: Start[] = [daily.after('07:00'), "daily after 07:00 & after task 'fetch' succeeded", false]
 * starts.forEach((start, i) => session.createTask(`report-${i}`, start, () => {}))
 * ```
 */
export type Start = Condition | string | boolean | { subscribe: (...observer: never[]) => unknown }

/**
 * A start as the compiler reads it: a misspelt word of a statement does not compile. Text that is known only at run time (a
 * plain `string`) and composed text pass; they are read when the task is added.
 *
 * @example
 * ```ts
 * function nightly<const S extends Start>(name: string, start: CheckedStart<S>): Task {
 *   return app.task<unknown, S>(name, start, () => {})
 * }
 * nightly('clean', 'daily at 02:30')
 * // @ts-expect-error: there is no such word
 * nightly('clean', 'dayly at 02:30')
 * ```
 */
export type CheckedStart<S extends Start> = S extends string ? StatementText<S> : S

/**
 * How a task's work is executed. In a `thread` or a `process` it is `moduleWork` or `code`; a `command` needs no
 * asking for. `main` lets nothing else launch until it ends.
 *
 * @example
 * ```ts
 * const execution: Execution = 'main'
 * app.task('migrate', false, { execution }, () => {})
 * ```
 */
export type Execution = 'async' | 'main' | 'thread' | 'process' | 'command'

/**
 * A logger as most libraries shape it (console, pino).
 *
 * @example
 * ```ts
 * const quiet: Logger = { debug() {}, info() {}, warn: console.warn, error: console.error }
 * createApp({ logger: quiet })
 * ```
 */
export interface Logger {
  debug(...data: unknown[]): void
  info(...data: unknown[]): void
  warn(...data: unknown[]): void
  error(...data: unknown[]): void
}

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
  /** The cycle it runs for (`daily`: that day), in the task's zone; null where there is none. */
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
 * fail, unless it is an {@link Inaction}.
 *
 * @example
 * ```ts
 * const greet: Work<{ name: string }, string> = ({ name }, run) => `Dear ${name}, ${run.startedAt.toISODate()}`
 * app.task('greet', 'daily', { args: { name: 'Ada' } }, greet)
 * ```
 */
export type Work<A = Record<string, never>, R = unknown> = (args: A, run: Run) => R

/** What work comes to for others: its awaited return, without inaction. */
export type Returned<R> = Exclude<Awaited<R>, Inaction>

/**
 * Options of a task, all optional. An unknown key is a `TypeError` that names the nearest.
 *
 * @example
 * ```ts
 * const options: TaskOptions = { priority: 10, timeout: '5 minutes', catchUp: 'latest' }
 * app.task('report', 'daily after 07:00', options, () => {})
 * ```
 */
export interface TaskOptions<A extends ArgSpecs = ArgSpecs> {
  /** For people: shown by the inspectors and the dashboard. */
  readonly description?: string
  /** Higher launches first; default 0. */
  readonly priority?: number
  /** Its condition launches nothing; by hand it still runs. Default false. */
  readonly disabled?: boolean
  /** Default: the session's `execution`. */
  readonly execution?: Execution
  /** How long a run may last; a duration or `'never'`. Default: the session's `timeout`. */
  readonly timeout?: DurationInput | 'never'
  /** A living run is told to end when this holds. */
  readonly end?: Start
  /** May a run start while one lives? `true`, or how many may live. Default: the session's. */
  readonly multilaunch?: boolean | number
  /** What work receives: plain values, or args resolved when a run starts. */
  readonly args?: A
  /** Values that override `args`, by key. */
  readonly params?: Record<string, unknown>
  /** Run when the session starts, before anything else launches. */
  readonly onStartup?: boolean
  /** Run when the session stops. */
  readonly onShutdown?: boolean
  /** No timeout, and terminated at shut-down without waiting. */
  readonly permanent?: boolean
  /** Makes the ids of its runs; default random UUIDs. */
  readonly runId?: (task: string, params: ParamValues) => string
  /** The session's pool whose slots its runs take. */
  readonly pool?: string
  /**
   * What becomes of a run by hand that is asked for while one lives and no more may: it waits (default), it is skipped (its
   * handle resolves to `inaction`), or it replaces what lives and waits.
   */
  readonly overlap?: 'wait' | 'skip' | 'replace'
  /**
   * What becomes of periods (a day of `daily`, an occurrence of a cron) in which the session could not launch it: because it
   * was down, held, asleep or busy. `none` (default): they are noted as missed; `latest`: one run for the newest of them,
   * unless one for the period under way is due anyhow; `all`: a run for each, oldest first, with its `run.period`.
   */
  readonly catchUp?: 'latest' | 'all' | 'none'
  /** Only what was over for no longer than this is caught up; default: without limit. */
  readonly grace?: DurationInput
  /**
   * What becomes of a run whose process died: it is a failure (default), or it runs again with the same params, unless that
   * happened three times in a row, or the log has not all of its params: a secret is masked there, and what is no JSON is
   * left out. Then there is a warning, and it stays a failure.
   */
  readonly onCrash?: 'fail' | 'rerun'
  /** How long work has to end after it was told to; default 5 seconds. */
  readonly graceMs?: number
  /** What of its records may be forgotten, in the place of the session's `log.retention`. */
  readonly retention?: { readonly maxAge?: DurationInput; readonly maxRecords?: number }
  /** Checks the params of `task.run(params)` (Standard Schema: zod, valibot, arktype, ...). */
  readonly schema?: StandardSchema
  /** IANA zone of its conditions and of its times; default: the session's. */
  readonly timezone?: string
}

/**
 * The part of the Standard Schema interface (version 1) that is used here.
 *
 * @example
 * ```ts
 * const schema: StandardSchema = {
 *   '~standard': {
 *     version: 1,
 *     vendor: 'mine',
 *     validate: (value) =>
 *       typeof value === 'object' && value !== null && 'day' in value
 *         ? { value }
 *         : { issues: [{ message: 'a day is needed' }] },
 *   },
 * }
 * app.task('report', false, { schema }, () => {})
 * ```
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
  }
}

type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[]
    }

/**
 * What a run by hand comes to. It never rejects for an outcome.
 *
 * @example
 * ```ts
 * const { runId, action, value, error }: RunOutcome = await session.task('report').run()
 * if (action === 'fail') console.error(runId, error)
 * else console.log(value)
 * ```
 */
export interface RunOutcome<R = unknown> {
  readonly runId: string
  readonly action: Outcome
  /** What work returned, where it succeeded. */
  readonly value?: R
  /** What work threw, where it failed. */
  readonly error?: unknown
  /** Why it was terminated or found nothing to do. */
  readonly reason?: string
}

/**
 * A run asked for by hand: a promise of its outcome that can be watched and ended. It rejects only where there can be
 * no outcome: `TaskNotFoundError` when the task is removed before, `SessionStoppedError` when the session stops
 * before.
 *
 * @example
 * ```ts
 * const handle: RunHandle = session.task('report').run({ day: '2026-11-24' })
 * await handle.started
 * handle.terminate()
 * const { action } = await handle
 * ```
 */
export interface RunHandle<R = unknown> extends Promise<RunOutcome<R>> {
  /** The id of the run, known before it starts. */
  readonly id: string
  /** Resolves when the run starts. */
  readonly started: Promise<void>
  /** Takes it back while it is queued; tells it to end while it runs. */
  terminate(): void
}

/**
 * A task in a session: what it is, what it has done, and what can be asked of it. `R` is what its work returns. Times
 * are Luxon `DateTime` in the task's zone, or null.
 *
 * @example
 * ```ts
 * const fetchPrices: Task<number[]> = app.task('fetch', 'daily after 07:00', () => [1, 2, 3])
 * const { value } = await fetchPrices.run()
 * console.log(value?.length, fetchPrices.status, fetchPrices.lastSuccess?.toISO(), String(fetchPrices.explain()))
 * ```
 */
export interface Task<R = unknown> extends TaskRef<R> {
  readonly name: string
  readonly description: string | undefined
  /** The last action of the log; null if it never ran. */
  readonly status: Action | null
  /** A run lives, or is queued by hand. */
  readonly isRunning: boolean
  /** Its condition holds now and nothing but slots and order stands before its launch. */
  readonly isDue: boolean
  /** Its condition launches nothing; by hand it still runs. */
  readonly disabled: boolean
  readonly priority: number
  readonly execution: Execution
  /** Its start condition. */
  readonly start: Condition
  /** Runs that live. */
  readonly runs: readonly {
    readonly id: string
    readonly startedAt: DateTime
    readonly progress: number | null
    /** What was told with the progress. */
    readonly message: string | null
    /** The last lines of its log, up to twenty. */
    readonly lines: readonly string[]
  }[]
  /** Times of the newest record of each action, in the task's zone; null if there is none. */
  readonly lastRun: DateTime | null
  readonly lastSuccess: DateTime | null
  readonly lastFail: DateTime | null
  readonly lastTerminate: DateTime | null
  readonly lastInaction: DateTime | null
  readonly lastCrash: DateTime | null
  /** What its last successful run returned. */
  readonly lastValue: R | undefined
  /** The XState actor: `task.actor.getSnapshot().value` is `idle`, `running` or `failed`. */
  readonly actor: AnyActorRef
  /** Queues a run, whatever condition and `disabled` say. */
  run(params?: ParamValues, options?: { readonly key?: string }): RunHandle<R>
  /**
   * Queues a run for each period (each day of `daily`, each occurrence of a cron) that ended in `(from, to]`, oldest first;
   * `run.period` says which. Times are instants: a `DateTime`, epoch ms, or ISO 8601 in the task's zone. A run counts for its
   * period, not for the time at which it runs. `TypeError` for a start without cycle or cron.
   *
   * @example
   * ```ts
   * await Promise.all(report.backfill({ from: '2026-11-01', to: '2026-11-08' }))
   * ```
   */
  backfill(stretch: { readonly from: Instant; readonly to: Instant }): RunHandle<R>[]
  /** Tells one living run, or all and the queued ones, to end. */
  terminate(runId?: string): void
  /** From now on its condition launches nothing; a living run goes on. */
  disable(): void
  /** Its condition launches it again. */
  enable(): void
  /** Changes options (and `start`) while it lives. */
  update(options: TaskUpdate): void
  /** Why it is, or is not, running. */
  explain(): TaskExplanation
  /**
   * The next `n` instants (default 1, in the task's zone) at which its condition begins to hold by time alone, if each run
   * succeeds at once; now among them if it holds now. Where more than time is needed it is shorter, and
   * {@link Task.waitsFor} says what for; `session.forecast()` looks at all tasks together.
   */
  nextRuns(n?: number): DateTime[]
  /**
   * What has to happen beside time before its condition holds: other tasks, params, answers; empty if it holds, or if time
   * alone brings it about.
   */
  waitsFor(): readonly WaitedFor[]
  /** Its records, the newest first. */
  readonly log: { query(query?: Omit<LogQuery, 'task'>): Promise<readonly RunRecord[]> }
  /** What it is and how it is, as plain data. */
  toJSON(): TaskJson
}

/**
 * What `task.update` takes: any option but the name, and the start.
 *
 * @example
 * ```ts
 * const change: TaskUpdate = { start: 'hourly', priority: 10 }
 * session.task('report').update(change)
 * ```
 */
export type TaskUpdate = TaskOptions & { readonly start?: Start }

/**
 * A task as data. Times are ISO 8601 with the offset of the task's zone, `timeoutMs` is null where there is no
 * timeout.
 *
 * @example
 * ```ts
 * const json: TaskJson = session.task('report').toJSON()
 * console.log(json.start, json.state, json.lastSuccess)
 * ```
 */
export interface TaskJson {
  readonly name: string
  readonly description?: string
  /** Its start condition as a statement. */
  readonly start: string
  /** Its end condition as a statement. */
  readonly end?: string
  readonly priority: number
  readonly disabled: boolean
  readonly execution: Execution
  /** Null: no timeout. */
  readonly timeoutMs: number | null
  /** The last action of the log; null if it never ran. */
  readonly status: Action | null
  /** That of its actor: `idle`, `running` or `failed`. */
  readonly state: string
  readonly isRunning: boolean
  /** ISO 8601 with the offset of the task's zone; null if there is no such record. */
  readonly lastRun: string | null
  readonly lastSuccess: string | null
  readonly lastFail: string | null
  readonly lastTerminate: string | null
  readonly lastInaction: string | null
  readonly lastCrash: string | null
}

/**
 * A reason outside the condition that keeps a task from running now.
 *
 * @example
 * ```ts
 * const reasons: readonly Reason[] = session.task('report').explain().reasons
 * for (const { kind, sentence, until } of reasons) console.log(kind, sentence, until === null ? '' : new Date(until))
 * ```
 */
export interface Reason {
  readonly kind:
    | 'disabled'
    | 'held'
    | 'stopped'
    | 'starting'
    | 'removed'
    | 'stopping'
    | 'running'
    | 'slot'
    | 'main'
    | 'log'
    | 'relaunch'
    | 'startup'
    | 'shutdown'
  /** What is so, in words. */
  readonly sentence: string
  /** When it ends by itself, epoch ms; null if time alone does not end it. */
  readonly until: number | null
}

/**
 * Why a task is, or is not, running. `at` is epoch ms.
 *
 * @example
 * ```ts
 * const why: TaskExplanation = session.task('report').explain()
 * if (!why.isDue) console.log(why.sentence, String(why))
 * ```
 */
export interface TaskExplanation {
  readonly task: string
  /** The instant that it is true of, epoch ms. */
  readonly at: number
  /** It would launch now. */
  readonly isDue: boolean
  /** One sentence that sums it up. */
  readonly sentence: string
  /** What stands before a launch beside the condition, the strongest first. */
  readonly reasons: readonly Reason[]
  /** Its start condition, explained part by part. */
  readonly condition: Explanation
  /** Readable text: the sentence, the reasons, and the condition as a tree. */
  toString(): string
}

/**
 * What a session is doing.
 *
 * @example
 * ```ts
 * const isOver = (state: SessionState): boolean => state === 'stopping' || state === 'stopped'
 * isOver(session.state)
 * ```
 */
export type SessionState = 'stopped' | 'starting' | 'running' | 'held' | 'stopping' | 'restarting'

/**
 * What a failure does: `log` (a warning, the logger, a counter) or `raise` (the session ends with it).
 *
 * @example
 * ```ts
 * const onError: OnError = 'raise'
 * createApp({ onError: { condition: onError, hook: 'log' } })
 * ```
 */
export type OnError = 'log' | 'raise'

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
  /** May tasks run more than once at a time? Default false. */
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
  /** What failures do, for all kinds or one by one. Default `log`. */
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
  /** What adding a task does when the name is taken; default `raise`. */
  readonly onTaskExists?: 'raise' | 'ignore' | 'replace' | 'rename'
  /** An XState inspection observer for the whole actor tree. */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /** Where time comes from; default the clock of the system. Tests give a `TestClock`. */
  readonly clock?: Clock
  /** Who is told of warnings and gets the lines of runs; default the console. */
  readonly logger?: Logger
  /** Shut down on SIGINT and SIGTERM. Default: true in `app.run()`, false in `app.start()`. */
  readonly handleSignals?: boolean
  /** How long a draining shut-down waits before it ends what still runs; default `'never'`. */
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
 * How a run log is kept.
 *
 * @example
 * ```ts
 * const log: LogOptions = { whenDown: 'buffer', retention: { maxAge: '90 days', maxRecords: 1_000 } }
 * createApp({ store: 'sqlite:./gantry.db', log })
 * ```
 */
export interface LogOptions {
  /**
   * While the store cannot write: `pause` (default) launches nothing until it can; `buffer` lets runs go on, and up to 10,000
   * records wait in memory, in their order. Either way `session.degraded` and `session.recovered` tell of it.
   */
  readonly whenDown?: 'pause' | 'buffer'
  /**
   * What is forgotten, looked at every ten minutes: what is older than `maxAge`, more than `maxRecords` of a task, more than
   * `maxTotal` in all; never what a condition still asks for. Tasks may have limits of their own. Default: the store's.
   */
  readonly retention?: {
    readonly maxAge?: DurationInput
    readonly maxRecords?: number
    readonly maxTotal?: number
  }
  /** How large a return or a param may be to be stored, in characters of JSON; default 65,536. */
  readonly maxValueSize?: number
  /** So many lines of `run.log` are kept of a run, the first ones, and no more than 256 KB; default 1,000, 0 for none. */
  readonly linesPerRun?: number
  /** Turns returns that are more than JSON into JSON and back. */
  readonly serializer?: ValueSerializer
  /** What is masked in the log beside values of `secret()`; `false` for nothing. Default: what looks like a secret. */
  readonly redact?: RedactorOptions | false
}

/**
 * Limits of a pool.
 *
 * @example
 * ```ts
 * const api: PoolOptions = { limit: 2, rate: { starts: 10, per: '1 minute' } }
 * createApp({ pools: { api } }).task('call', 'every 1 second', { pool: 'api' }, () => {})
 * ```
 */
export interface PoolOptions {
  /** So many runs at a time; default without limit. */
  readonly limit?: number
  /** So many starts in any stretch of time so long. */
  readonly rate?: { readonly starts: number; readonly per: DurationInput }
}

/**
 * Listens to one kind of news, or to all with `'*'`.
 *
 * @example
 * ```ts
 * const tell: NewsListener<'run.ended'> = ({ task, action, at }) => console.log(new Date(at), task, action)
 * const undo = session.on('run.ended', tell)
 * undo()
 * ```
 */
export type NewsListener<T extends NewsType | '*'> = (
  news: T extends NewsType ? Extract<News, { type: T }> : News,
) => void

/**
 * Shared values of a session. Setting one wakes the conditions that ask for it. Values are kept with `persist` if JSON
 * can carry them.
 *
 * @example
 * ```ts
 * const params: Params = session.params
 * params.set('stage', 'production')
 * params.get('stage') // 'production'
 * ```
 */
export interface Params {
  /** The value; undefined if there is none of that name. */
  get(name: string): unknown
  has(name: string): boolean
  /** Sets a value; a `TypeError` for an empty name. */
  set(name: string, value: unknown): void
  /** Takes a value out; nothing happens if there is none. */
  unset(name: string): void
  /** Names with their values, in the order in which they were first set. */
  entries(): [string, unknown][]
  toJSON(): Record<string, unknown>
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
  readonly words: Words
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
  /** Launches nothing until {@link Session.resume}; living runs go on. */
  hold(): void
  /** Ends a hold. */
  resume(): void
  /** Resolves when the session has stopped; rejects with the error that ended it. */
  readonly stopped: Promise<void>

  /** Sends a command: whatever the methods do, this can do. Unknown commands and tasks throw here. */
  send(command: Command): void
  /** Listens to news; returns its undo. */
  on<T extends NewsType | '*'>(name: T, listener: NewsListener<T>): () => void
  /** All news as an RxJS Observable. */
  readonly events$: import('rxjs').Observable<News>

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

/** Options of `session.run`. */
export interface SessionRunOptions {
  readonly execution?: Execution
  /** Run a task only if its condition holds. Default false. */
  readonly obeyConditions?: boolean
}

/**
 * A link: what a task asks of another, or of a param.
 *
 * @example
 * ```ts
 * const links: readonly TaskLink[] = session.graph()
 * for (const { from, to, kind } of links) console.log(`${from} → ${to}: ${kind}`)
 * ```
 */
export interface TaskLink {
  /** The task that is asked about; of kind `param` the name of the param. */
  readonly from: string
  /** The task that asks. */
  readonly to: string
  /**
   * `after`: it starts after the other. `history`: it looks at what the other has done. `running`: at whether it runs.
   * `return`: it receives what the other returned. `task`: it receives its handle. `param`: it looks at, or receives, a
   * param of the session.
   */
  readonly kind: 'after' | 'history' | 'running' | 'return' | 'task' | 'param'
  /** By what it asks: its start, its end condition, or an arg. */
  readonly by: 'start' | 'end' | 'arg'
  /** The actions that `after` and `history` ask for: `['success']` of `afterSuccess` and `succeeded`. */
  readonly actions?: readonly (Action | 'missed')[]
}

/**
 * What hooks and condition functions are told.
 *
 * @example
 * ```ts
 * const isOpen = app.condition((_, { params }: Context) => params.get('open') === true)
 * app.task('report', daily.and(isOpen), () => {})
 * ```
 */
export interface Context {
  readonly session: Session
  /** The task that it is about; null where it is about none. */
  readonly task: Task | null
  readonly params: Params
  readonly options: Readonly<SessionOptions>
  readonly clock: Clock
  readonly logger: Logger
  /** Aborted when the run that it is about is to end; where there is none, never. */
  readonly signal: AbortSignal
}

/** What a `run` hook is told besides. */
export interface RunHookContext extends Context {
  readonly run: Run
}

/**
 * How what a hook surrounds came out.
 *
 * @example
 * ```ts
 * const after = ({ outcome, error }: HookResult): void => console.log(outcome, error)
 * app.hook('run', () => after)
 * ```
 */
export interface HookResult {
  /** What was thrown, where it failed. */
  readonly error?: unknown
  /** What work returned, where it succeeded. */
  readonly value?: unknown
  /** How the run ended; only of `run` hooks. */
  readonly outcome?: Outcome
}

/** The kinds of hook and what each is told. */
export interface HookContexts {
  /** Around the start of a session. */
  startup: Context
  /** Around its end. */
  shutdown: Context
  /** Around each cycle. */
  cycle: Context
  /** Around the making of a task; `name` is the task's. */
  task: Context & { readonly name: string }
  /** Around the work of each run. */
  run: RunHookContext
}

/**
 * Where a hook can stand: at the start and the end of a session, around a cycle, around the making of a task, around
 * the work of a run.
 *
 * @example
 * ```ts
 * const kinds: HookKind[] = ['startup', 'shutdown', 'cycle', 'task', 'run']
 * ```
 */
export type HookKind = keyof HookContexts

/**
 * A hook: called before; what it returns, if a function, is called after with the result. A (sync or async) generator
 * runs to its `yield` before, and gets the result there after.
 *
 * @example
 * ```ts
 * const timed: Hook<'run'> = function* ({ task, clock }) {
 *   const before = clock.monotonic()
 *   yield
 *   console.log(task?.name, clock.monotonic() - before, 'ms')
 * }
 * app.hook('run', timed)
 * ```
 */
export type Hook<K extends HookKind = HookKind> = (context: HookContexts[K]) => unknown

/**
 * What is called after what a hook surrounds.
 *
 * @example
 * ```ts
 * const after: HookAfter = ({ outcome }) => console.log(outcome)
 * app.hook('run', () => after)
 * ```
 */
export type HookAfter = (result: HookResult) => unknown

/**
 * A hook with a part after: a function, or what stands behind the `yield` of a generator.
 *
 * @example
 * ```ts
 * const told: SurroundingHook<'run'> = ({ run }) => {
 *   run.log.debug('begins')
 *   return ({ outcome }) => run.log.debug(outcome)
 * }
 * app.hook('run', told)
 * ```
 */
export type SurroundingHook<K extends HookKind = HookKind> = (
  context: HookContexts[K],
) =>
  | HookAfter
  | Promise<HookAfter>
  | Generator<unknown, unknown, HookResult>
  | AsyncGenerator<unknown, unknown, HookResult>

/** An error as it is told to others. */
export type { ErrorData }
