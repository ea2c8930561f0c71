/** Types of a task in a session: its handle, its runs and outcomes, and its explanation. */
import type { DateTime } from 'luxon'
import type { Observable } from 'rxjs'
import type { AnyActorRef, EventObject, StateValue } from 'xstate'
import type { Action, ErrorData, Outcome, ParamValues } from '../../../machines/protocol.ts'
import type { Condition } from '../../conditions/condition.ts'
import type { WaitedFor } from '../../conditions/explain/waits-for.ts'
import type { RunRecord } from '../../log/entry.ts'
import type { LogQuery } from '../../log/query.ts'
import type { TaskRef } from '../../task-ref.ts'
import type { Instant } from '../../time/zone/zone.ts'
import type { PastExplanation, TaskExplanation } from './explanation.ts'
import type { Execution, TaskUpdate } from './task-options.ts'

/**
 * The outcome of a manual run. The promise of a {@link RunHandle} resolves to it, also if the run fails.
 *
 * @example
 * ```ts
 * const { runId, action, value, error }: RunOutcome = await session.task('report').run()
 * if (action === 'fail') console.error(runId, error?.message)
 * else console.log(value)
 * ```
 */
export interface RunOutcome<R = unknown> {
  readonly runId: string
  readonly action: Outcome
  /** The return value of the work, if it succeeded. */
  readonly value?: R
  /**
   * The error of a failed run: the thrown `Error` itself (so `instanceof` works), or another thrown value as data with a `name` and
   * a `message`. The event `run.ended` and the log contain the same shape as plain data.
   */
  readonly error?: ErrorData
  /** The reason for the outcome `terminate` or `inaction`. */
  readonly reason?: string
}

/**
 * A manual run: a promise of its outcome, with methods to observe and cancel it. It rejects only if the run does not start: with a
 * `TaskNotFoundError` if the task is removed before, with a `SessionStoppedError` if the session stops before, with an `ArgError` if
 * an async schema rejects the params, and with a `CommandRefusedError` if the current state does not accept the command.
 *
 * @example
 * ```ts
 * const handle: RunHandle = session.task('report').run({ day: '2026-11-24' })
 * await handle.started
 * handle.terminate()
 * const { action } = await handle
 * ```
 */
export interface RunHandle<R = unknown, E extends EventObject = EventObject> extends Promise<RunOutcome<R>> {
  /** The id of the run, known before it starts. */
  readonly id: string
  /** Resolves when the run starts. */
  readonly started: Promise<void>
  /** Cancels the run; a queued run leaves the queue. */
  terminate(): void
  /** Sends an event to the run, whose work is a workflow: see {@link Task.send}. */
  send(event: E): Promise<SentAs>
}

/**
 * The answer to an event for a workflow. `accepted`: the machine was at rest, and its state accepts the event. `taken`: the event was
 * taken in order, by logic other than a machine, or by a machine within a step.
 *
 * @example
 * ```ts
 * const how: SentAs = await session.task('order').send({ type: 'approve' })
 * ```
 */
export type SentAs = 'accepted' | 'taken'

/**
 * The workflow of a live run.
 *
 * @example
 * ```ts
 * const waiting = session.task('order').runs.filter(({ workflow }) => workflow?.state === 'awaiting approval')
 * ```
 */
export interface WorkflowView {
  /** The state as text: `a.b`, with the active states of parallel regions separated by commas; null for logic other than a machine. */
  readonly state: string | null
  /** XState's state value; null for logic other than a machine. */
  readonly value: StateValue | null
  /** Since when each active state is active, by its path (`a.b`), epoch ms. */
  readonly since: Readonly<Record<string, number>>
  /** The types of the events that the state has transitions for; `*` stands for any. */
  readonly accepts: readonly string[]
  /** The actor of the workflow, a child of the run's actor. */
  readonly actor: AnyActorRef
}

/**
 * The state of a task: `failed` if its last run failed or crashed, `running` while a run is live, otherwise `idle`.
 *
 * @example
 * ```ts
 * session.task('report').state$.subscribe((state: TaskState) => console.log(state))
 * ```
 */
export type TaskState = 'idle' | 'running' | 'failed'

/**
 * The handle of a task in a session: its properties, its history, and its methods. `R` is the type of its return value. Times are
 * Luxon `DateTime` values in the task's zone.
 *
 * @example
 * ```ts
 * const fetchPrices: Task<number[]> = app.task('fetch', 'daily after 07:00', () => [1, 2, 3])
 * const { value } = await fetchPrices.run()
 * console.log(value?.length, fetchPrices.status, fetchPrices.lastSuccess?.toISO(), String(fetchPrices.explain()))
 * ```
 */
export interface Task<R = unknown, E extends EventObject = EventObject> extends TaskRef<R> {
  readonly name: string
  readonly description: string | undefined
  /** The newest action in the log; null if the task has never run. */
  readonly status: Action | null
  /** True if a run is live, or a manual run is queued. */
  readonly isRunning: boolean
  /** True if a run would be launched now: the condition holds or a run is queued, and nothing blocks a launch. */
  readonly isDue: boolean
  /** True if its condition launches nothing; manual runs are still possible. */
  readonly disabled: boolean
  readonly priority: number
  readonly execution: Execution
  /** The start condition. */
  readonly start: Condition
  /** The live runs. */
  readonly runs: readonly {
    readonly id: string
    readonly startedAt: DateTime
    /** The last reported progress, from 0 to 1. */
    readonly progress: number | null
    /** The text of the last reported progress. */
    readonly message: string | null
    /** The last lines of `run.log`, up to 20. */
    readonly lines: readonly string[]
    /** The workflow of the run; null for other work, and before it begins. */
    readonly workflow: WorkflowView | null
  }[]
  /** The time of the newest record of each action, in the task's zone; null if there is no record. */
  readonly lastRun: DateTime | null
  readonly lastSuccess: DateTime | null
  readonly lastFail: DateTime | null
  readonly lastTerminate: DateTime | null
  readonly lastInaction: DateTime | null
  readonly lastCrash: DateTime | null
  /** The return value of the last successful run; undefined if there is none. */
  readonly lastValue: R | undefined
  /**
   * The XState actor. The `value` of its snapshot is nested (`{ idle: … }`): read {@link Task.state}, or test one state with
   * `task.actor.getSnapshot().matches('idle')`.
   */
  readonly actor: AnyActorRef
  /**
   * The current state: `running` while a run is live, `failed` if the last run failed or crashed, otherwise `idle`; `removed` after
   * the task is removed. {@link Task.state$} emits each change.
   *
   * @example
   * ```ts
   * if (session.task('report').state === 'failed') session.task('report').run()
   * ```
   */
  readonly state: TaskState | 'removed'
  /**
   * {@link Task.state} as an RxJS Observable: the current state on subscription, then each change. Continues across restarts of the
   * session, and completes when the task is removed.
   *
   * @example
   * ```ts
   * session.task('report').state$.subscribe((state) => console.log(state)) // idle, then running, …
   * ```
   */
  readonly state$: Observable<TaskState>
  /**
   * True while the start condition holds, as an RxJS Observable: the current value on subscription, then each change. The session
   * evaluates start conditions from its start to its shut-down, also while it is paused; before and after, the value is false.
   * Completes when the task is removed.
   *
   * @example
   * ```ts
   * session.task('report').holds$.pipe(filter((holds) => holds)).subscribe(() => console.log('due'))
   * ```
   */
  readonly holds$: Observable<boolean>
  /**
   * Queues a manual run, regardless of the condition and of `disabled`. With a `key`, returns the queued or live run that has the
   * same key, if there is one. Throws an `ArgError` if the params do not fit the schema.
   */
  run(params?: ParamValues, options?: { readonly key?: string }): RunHandle<R, E>
  /**
   * Sends an event to the live runs of a task whose work is a workflow, or to one of them. Resolves when the effects of the event are
   * durable (over a store that is durable). With several runs, one that takes the event is sufficient.
   *
   * @throws CommandRefusedError (as a rejection) if no run is live, or if the state of the workflow does not accept the event
   * @example
   * ```ts
   * await session.task('order').send({ type: 'approve', by: 'Ada' })
   * ```
   */
  send(event: E, runId?: string): Promise<SentAs>
  /**
   * Queues a run for each period (each day of `daily`, each occurrence of a cron) that ended in `(from, to]`, oldest first; the
   * period is `run.period`. Times are instants: a `DateTime`, epoch ms, or ISO 8601 (without an offset: in the task's zone). A run
   * counts for its period, not for the time at which it runs. Throws a `TypeError` if the start condition has no cycle or cron.
   *
   * @example
   * ```ts
   * await Promise.all(report.backfill({ from: '2026-11-01', to: '2026-11-08' }))
   * ```
   */
  backfill(stretch: { readonly from: Instant; readonly to: Instant }): RunHandle<R>[]
  /** Terminates one live run or cancels one queued run, by its id; without an id, all live and queued runs. */
  terminate(runId?: string): void
  /** Stops launches by the condition; live runs continue. */
  disable(): void
  /** Allows launches by the condition again. */
  enable(): void
  /** Changes options, and the start condition, at run time. Throws as for a new task, and changes nothing then. */
  update(options: TaskUpdate): void
  /** Explains why the task is, or is not, running. */
  explain(): TaskExplanation
  /**
   * Explains why the task was, or was not, started at a past instant, by the log: what `explain()` returned then. Resolves with what
   * is not known in `unknown`. The instant is a `DateTime`, epoch ms, or ISO 8601 (without an offset: in the task's zone). Rejects
   * with a `RangeError` for a future instant.
   *
   * @example
   * ```ts
   * console.log(String(await session.task('report').explainAt('2026-11-24T07:00')))
   * ```
   */
  explainAt(instant: Instant): Promise<PastExplanation>
  /**
   * Returns the next `n` instants (default 1, in the task's zone) at which time alone starts a run, assuming that each run succeeds
   * at once. The first is now if the task is due. A stopped session is treated as if it were started now.
   *
   * The array is empty while the task is disabled, removed or not chosen by `session.run()`, if it runs only at start-up or
   * shut-down, while the session is paused or stopping, and while the next run waits for other runs. It is shorter than `n` if
   * later runs depend on more than time: see {@link Task.waitsFor}. `session.forecast()` considers all tasks together.
   */
  nextRuns(n?: number): DateTime[]
  /**
   * Returns the events, other than the passage of time, that the start condition waits for: runs of other tasks, params, values of
   * functions. Empty if the condition holds, or if time alone launches the next run.
   */
  waitsFor(): readonly WaitedFor[]
  /** The records of this task, newest first by default. */
  readonly log: { query(query?: Omit<LogQuery, 'task'>): Promise<readonly RunRecord[]> }
  /** Returns the task as plain data. */
  toJSON(): TaskJson
}

/**
 * A task as plain data. Times are ISO 8601 with the offset of the task's zone.
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
  /** The start condition as a statement. */
  readonly start: string
  /** The end condition as a statement. */
  readonly end?: string
  readonly priority: number
  readonly disabled: boolean
  readonly execution: Execution
  /** The timeout of runs, ms; null if there is no limit. */
  readonly timeoutMs: number | null
  /** The newest action in the log; null if the task has never run. */
  readonly status: Action | null
  /** The state as in {@link Task.state}. */
  readonly state: TaskState | 'removed'
  readonly isRunning: boolean
  /** The time of the newest record of each action; null if there is no record. */
  readonly lastRun: string | null
  readonly lastSuccess: string | null
  readonly lastFail: string | null
  readonly lastTerminate: string | null
  readonly lastInaction: string | null
  readonly lastCrash: string | null
}
