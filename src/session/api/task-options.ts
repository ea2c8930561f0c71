/** Types of a task's definition: its start, its options, and its schema. */
import type { ParamValues } from '../../../machines/protocol.ts'
import type { ArgSpecs } from '../../args/arg.ts'
import type { Condition, PredicateFunction } from '../../conditions/condition.ts'
import type { StatementText } from '../../conditions/statement-type.ts'
import type { DurationInput } from '../../time/duration/duration.ts'

/**
 * The start condition of a task: a condition, a statement, a boolean (`false`: manual runs only; `true`: run continuously), an
 * Observable of booleans, or a function that returns a boolean, a promise of one, or an Observable of booleans. `end`,
 * `shutCondition`, `.and()`, `.or()`, `all()`, `any()` and `not()` accept the same.
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
 * A start whose statement the compiler checks: a misspelled word does not compile. A plain `string` and statements with operators
 * compile, and are parsed when the task is added.
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
 * The execution of a task's work. `async`: in the session's thread. `main`: the same, and nothing else launches until the run ends.
 * `thread` and `process`: in a worker thread or a child process; the work must be `moduleWork` or `code`. `command`: implied by
 * `command(…)` as the work. `workflow`: implied by XState actor logic as the work, which runs in the session's thread.
 *
 * @example
 * ```ts
 * const execution: Execution = 'main'
 * app.task('migrate', false, { execution }, () => {})
 * ```
 */
export type Execution = 'async' | 'main' | 'thread' | 'process' | 'command' | 'workflow'

/**
 * Options of a task, all optional. An unknown key is a `TypeError` that suggests similar names. Durations are texts
 * (`'5 minutes'`), parts (`{ minutes: 5 }`) or numbers of ms.
 *
 * @example
 * ```ts
 * const options: TaskOptions = { priority: 10, timeout: '5 minutes', catchUp: 'latest' }
 * app.task('report', 'daily after 07:00', options, () => {})
 * ```
 */
export interface TaskOptions<A extends ArgSpecs = ArgSpecs> {
  /** A text for the inspectors and the dashboard. */
  readonly description?: string
  /** The order of launches: the highest first. Default 0. */
  readonly priority?: number
  /** Disables launches by the condition; manual runs are still possible. Default false. */
  readonly disabled?: boolean
  /** The execution of the work. Default: the session's `execution`. */
  readonly execution?: Execution
  /** The maximum duration of a run; `'never'`: no limit. Default: the session's `timeout`. */
  readonly timeout?: DurationInput | 'never'
  /** A condition that cancels a live run when it holds. */
  readonly end?: Start
  /** The maximum number of live runs: a number, `true` (no limit) or `false` (one). Default: the session's `concurrency`. */
  readonly concurrency?: boolean | number
  /** @deprecated Use {@link TaskOptions.concurrency}. */
  readonly multilaunch?: boolean | number
  /** The values that the work receives, by name: plain values, or args that are resolved when a run starts. */
  readonly args?: A
  /** Values that override `args`, by name. */
  readonly params?: Record<string, unknown>
  /** Runs the task only when the session starts, before other tasks launch. Default false. */
  readonly onStartup?: boolean
  /** Runs the task only when the session stops. Default false. */
  readonly onShutdown?: boolean
  /** Marks work that never ends: its runs have no timeout, and a shut-down cancels them without waiting. Default false. */
  readonly permanent?: boolean
  /** Creates the ids of runs, which must be unique. Default: random UUIDs. */
  readonly runId?: (task: string, params: ParamValues) => string
  /** The name of the session's pool whose limits apply to its runs. */
  readonly pool?: string
  /**
   * The treatment of a manual run that is requested while the limit of live runs is reached. `wait` (default): it is queued.
   * `skip`: its handle resolves to `inaction`. `replace`: live and queued runs are cancelled, and it runs instead.
   */
  readonly overlap?: 'wait' | 'skip' | 'replace'
  /**
   * The treatment of missed periods (a day of `daily`, an occurrence of a cron) in which the session could not launch the task,
   * because it was down, paused, asleep or busy. `none` (default): they are logged as missed. `latest`: one run for the newest,
   * unless the current period is due in any case. `all`: a run for each, oldest first, with its `run.period`. Periods from the time
   * when the session was down are missed only if the log contains an earlier run of the task.
   */
  readonly catchUp?: 'latest' | 'all' | 'none'
  /** The age up to which a missed period is caught up, counted from its end. Default: no limit. */
  readonly misfireGrace?: DurationInput
  /** @deprecated Use {@link TaskOptions.misfireGrace}. */
  readonly grace?: DurationInput
  /**
   * The treatment of a run whose process died. `fail` (default): it remains a failure. `rerun`: it runs again with the same params.
   * With a warning, it remains a failure after three crashes in a row, and if the log does not contain all of its params (secrets
   * are masked, and values without a JSON form are left out). `resume`: a workflow continues in the same run, from its last
   * recorded state; this is the default for state machines over a durable store, and is for workflows only.
   */
  readonly onCrash?: 'fail' | 'rerun' | 'resume'
  /** The time that a cancelled run has to end before it is killed or abandoned. Default: 5 seconds. */
  readonly terminateGrace?: DurationInput
  /** @deprecated Use {@link TaskOptions.terminateGrace}; this one takes ms only. */
  readonly graceMs?: number
  /** Limits for the stored records of this task, which replace those of the session's `log.retention`. */
  readonly retention?: { readonly maxAge?: DurationInput; readonly maxRecords?: number }
  /**
   * Validates params (Standard Schema: zod, valibot, arktype, ...): the params of a run merged over those of the task, as one
   * object. Defaults of the schema reach the work. A task that its condition launches is also validated when it is added. Params
   * that are args are not validated, since they get their values when a run starts.
   */
  readonly schema?: StandardSchema
  /** The IANA time zone of its conditions and times. Default: the session's. */
  readonly timezone?: string
}

/**
 * A schema: the part of the Standard Schema interface (version 1) that Gantry uses.
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

/** The result of a validation: the value, possibly with defaults, or the issues. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[]
    }

/**
 * The changes that `task.update()` accepts: all options, and the start condition.
 *
 * @example
 * ```ts
 * const change: TaskUpdate = { start: 'hourly', priority: 10 }
 * session.task('report').update(change)
 * ```
 */
export type TaskUpdate = TaskOptions & { readonly start?: Start }
