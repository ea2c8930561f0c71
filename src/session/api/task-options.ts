/** What a task may be told: when it starts, and its options. */
import type { ParamValues } from '../../../machines/protocol.ts'
import type { ArgSpecs } from '../../args/arg.ts'
import type { Condition, PredicateFunction } from '../../conditions/condition.ts'
import type { StatementText } from '../../conditions/statement-type.ts'
import type { DurationInput } from '../../time/duration/duration.ts'

/**
 * When a task starts: a condition, a statement, a boolean (`false`: only by hand; `true`: as often as possible), an
 * Observable of booleans, or a function that gives a boolean, a promise of one, or such an Observable. `end`,
 * `shutCondition`, `.and()`, `.or()`, `all()`, `any()` and `not()` take the same.
 *
 * @example
 * ```ts
 * const starts: Start[] = [daily.after('07:00'), "daily after 07:00 & after task 'fetch' succeeded", false]
 * starts.forEach((start, i) => session.createTask(`report-${i}`, start, () => {}))
 * ```
 */
export type Start =
  | Condition
  | string
  | boolean
  | { subscribe: (...observer: never[]) => unknown }
  | PredicateFunction<Record<string, never>, never>

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
  /** The maximum number of live runs: a number, `true` (no limit) or `false` (one). Default: the session's `concurrency`. */
  readonly concurrency?: boolean | number
  /** @deprecated Use {@link TaskOptions.concurrency}. */
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
   * What came to pass while the session was down is known of tasks that are in the log: one that has never run was not there.
   */
  readonly catchUp?: 'latest' | 'all' | 'none'
  /** The age up to which a missed period is caught up, counted from its end. Default: no limit. */
  readonly misfireGrace?: DurationInput
  /** @deprecated Use {@link TaskOptions.misfireGrace}. */
  readonly grace?: DurationInput
  /**
   * What becomes of a run whose process died: it is a failure (default), or it runs again with the same params, unless that
   * happened three times in a row, or the log has not all of its params: a secret is masked there, and what is no JSON is
   * left out. Then there is a warning, and it stays a failure.
   */
  readonly onCrash?: 'fail' | 'rerun'
  /** The time that a cancelled run has to end before it is killed or abandoned. Default: 5 seconds. */
  readonly terminateGrace?: DurationInput
  /** @deprecated Use {@link TaskOptions.terminateGrace}; this one takes ms only. */
  readonly graceMs?: number
  /** What of its records may be forgotten, in the place of the session's `log.retention`. */
  readonly retention?: { readonly maxAge?: DurationInput; readonly maxRecords?: number }
  /**
   * Checks params (Standard Schema: zod, valibot, arktype, ...): those of a run over those of the task, as one object. What the
   * schema fills in reaches the work. A task that its condition launches is checked when it is added, too. Params that are args
   * are not checked, since they are made when a run starts.
   */
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

/** What a schema says of a value. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[]
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
