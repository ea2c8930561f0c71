/** A task as others see it: what can be asked of it and told to it, and what it comes to. */
import type { DateTime } from 'luxon'
import type { Observable } from 'rxjs'
import type { AnyActorRef } from 'xstate'
import type { Action, ErrorData, Outcome, ParamValues } from '../../../machines/protocol.ts'
import type { Condition } from '../../conditions/condition.ts'
import type { Explanation } from '../../conditions/explain/explain.ts'
import type { WaitedFor } from '../../conditions/explain/waits-for.ts'
import type { LogQuery, RunRecord } from '../../log/store.ts'
import type { TaskRef } from '../../task-ref.ts'
import type { Instant } from '../../time/zone/zone.ts'
import type { Execution, TaskUpdate } from './task-options.ts'

/**
 * The outcome of a manual run. It never rejects for an outcome.
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
  /** What work returned, where it succeeded. */
  readonly value?: R
  /**
   * What the run failed with: an error as it was thrown (so `instanceof` works), anything else that was thrown as data with a
   * `name` and a `message`. The event `run.ended` and the log carry the same shape as plain data.
   */
  readonly error?: ErrorData
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
 * The state of a task: `failed` if its last run failed or crashed, `running` while a run is live, otherwise `idle`.
 *
 * @example
 * ```ts
 * session.task('report').state$.subscribe((state: TaskState) => console.log(state))
 * ```
 */
export type TaskState = 'idle' | 'running' | 'failed'

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
  /** A run would be launched now: its condition holds or a run is in its queue, and nothing stands in the way. */
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
  /**
   * The XState actor. {@link Task.state} is its state as one word, and `task.actor.getSnapshot().matches('idle')` tests one state; the
   * raw `value` of a snapshot may be nested (`{ idle: … }`).
   */
  readonly actor: AnyActorRef
  /**
   * The present state as one word: `running` while a run is live, `failed` if the last run failed or crashed, otherwise `idle`;
   * `removed` after the task is removed. Use {@link Task.state$} to follow it.
   *
   * @example
   * ```ts
   * if (session.task('report').state === 'failed') session.task('report').run()
   * ```
   */
  readonly state: TaskState | 'removed'
  /**
   * The {@link Task.state} as an RxJS Observable: the present one on subscribe, then each change. It goes on over restarts of the
   * session, and completes when the task is removed.
   *
   * @example
   * ```ts
   * session.task('report').state$.subscribe((state) => console.log(state)) // idle, then running, …
   * ```
   */
  readonly state$: Observable<TaskState>
  /**
   * True while its start condition holds, as an RxJS Observable: the present answer on subscribe, then each change. The session
   * evaluates start conditions from its start to its shut-down, also while it is paused; before and after, it is false. Completes
   * when the task is removed.
   *
   * @example
   * ```ts
   * session.task('report').holds$.pipe(filter((holds) => holds)).subscribe(() => console.log('due'))
   * ```
   */
  readonly holds$: Observable<boolean>
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
   * The next `n` instants (default 1, in the task's zone) at which a run starts by time alone, if each succeeds at once; now
   * among them if it is due. Empty while the task is disabled or removed, runs at start-up or shut-down or is not chosen,
   * while the session is held or stopping, and while the next run waits for other runs to end; of a stopped session as if it
   * started now. Where more than time is needed it is shorter, and {@link Task.waitsFor} says what for;
   * `session.forecast()` looks at all tasks together.
   */
  nextRuns(n?: number): DateTime[]
  /**
   * What has to happen beside time before its condition holds: other tasks, params, answers; empty if it holds, or if time
   * alone launches the next run.
   */
  waitsFor(): readonly WaitedFor[]
  /** Its records, the newest first. */
  readonly log: { query(query?: Omit<LogQuery, 'task'>): Promise<readonly RunRecord[]> }
  /** What it is and how it is, as plain data. */
  toJSON(): TaskJson
}

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
  /** `idle`, `running` or `failed`; `removed` after the task is removed. */
  readonly state: TaskState | 'removed'
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
    | 'never-holds'
    | 'not chosen'
  /** What is so, in words. */
  readonly sentence: string
  /** When it ends by itself, epoch ms; null if time alone does not end it. */
  readonly until: number | null
}

/**
 * What stands before a launch: a reason outside the condition, or a part of the condition that does not hold. `until` is
 * when time alone lifts it, epoch ms.
 *
 * @example
 * ```ts
 * const blockers: readonly Blocker[] = session.task('report').explain().blockers
 * console.log(blockers[0]?.kind, blockers[0]?.sentence)
 * ```
 */
export interface Blocker extends Omit<Reason, 'kind'> {
  readonly kind: Reason['kind'] | 'condition'
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
  /** A run would be launched now: there are no blockers. */
  readonly isDue: boolean
  /** One sentence that sums it up: the first blockers, and when the next run is. */
  readonly sentence: string
  /**
   * All that stands before a launch, in the order in which it is to be lifted: what only somebody can lift, then the parts
   * of the condition (those that wait for something to happen before those that time brings about), then what ends by
   * itself. Where there is one, the task launches as soon as it is lifted. Of a task with a run in its queue: what stands
   * before that run, which asks for no condition.
   */
  readonly blockers: readonly Blocker[]
  /** The blockers beside the condition. */
  readonly reasons: readonly Reason[]
  /** The next run by time alone, epoch ms, as `nextRuns()` has it; null where there is none, or the session is stopped. */
  readonly nextAt: number | null
  /** What will go wrong with a run that starts: an end condition that holds already terminates it at once. */
  readonly warnings: readonly string[]
  /** Its start condition, explained part by part. */
  readonly condition: Explanation
  /** Readable text: the sentence, the reasons, and the condition as a tree. */
  toString(): string
}
