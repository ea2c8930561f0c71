/** Outcomes and actions of runs, and the news of a session: plain data. Commands are in `commands.ts`. */

/**
 * The ways a run can end. `crash` is recorded afterwards, for a run whose process died.
 *
 * @example
 * ```ts
 * import { outcomes } from 'gantry/machines'
 *
 * outcomes.includes('crash') // true
 * ```
 */
export const outcomes = ['success', 'fail', 'terminate', 'inaction', 'crash'] as const

/**
 * The outcome of a run: one of {@link outcomes}.
 *
 * @example
 * ```ts
 * const isBad = (outcome: Outcome): boolean => outcome === 'fail' || outcome === 'crash'
 * ```
 */
export type Outcome = (typeof outcomes)[number]

/**
 * The actions that the run log records: the launch of a run (`run`) and its outcome.
 *
 * @example
 * ```ts
 * import { actions } from 'gantry/machines'
 *
 * actions[0] // 'run', the launch; the others are outcomes
 * ```
 */
export const actions = ['run', ...outcomes] as const

/**
 * One of the six actions of the run log.
 *
 * @example
 * ```ts
 * const failures: Action[] = ['fail', 'crash']
 * await session.log.query({ action: failures })
 * ```
 */
export type Action = 'run' | Outcome

/**
 * Returns true for the six actions of the run log.
 *
 * @example
 * ```ts
 * import { isAction } from 'gantry/machines'
 *
 * const wanted: unknown = process.argv[2]
 * if (isAction(wanted)) console.log(await session.log.query({ action: wanted }))
 * ```
 */
export function isAction(value: unknown): value is Action {
  return (actions as readonly unknown[]).includes(value)
}

/**
 * The reason for the launch of a run: its condition held (`condition`), a manual run was requested (`manual`), the session
 * started or stopped (`startup`, `shutdown`), the previous run was lost with its process (`retry`, with `onCrash: 'rerun'`), or
 * a missed period is caught up (`catch-up`).
 *
 * @example
 * ```ts
 * app.task('report', 'daily after 07:00', (_, run) => {
 *   const requested: RunTrigger[] = ['manual']
 *   if (requested.includes(run.trigger)) run.log.info('a manual run')
 * })
 * ```
 */
export type RunTrigger = 'condition' | 'manual' | 'startup' | 'shutdown' | 'retry' | 'catch-up'

/**
 * The reason for the termination of a run: a request (`asked`), its timeout, its `end` condition, the shut-down of the session,
 * the removal of its task, or a run that replaces it.
 *
 * @example
 * ```ts
 * import type { TerminateReason } from 'gantry/machines'
 *
 * session.on('run.ended', ({ task, reason }) => {
 *   const wanted: TerminateReason = 'timeout'
 *   if (reason === wanted) console.error(`${task} took too long`)
 * })
 * ```
 */
export type TerminateReason =
  | 'asked'
  | 'timeout'
  | 'end condition'
  /** The end condition held when the run started. The statement follows. */
  | `end condition held already: ${string}`
  | 'shut-down'
  | 'removed'
  | 'replaced'

/**
 * The error of a failed run, in an outcome, the event `run.ended` and a record. In events and records it is plain data, and
 * `stack` includes the causes; an outcome has the thrown error itself, which has the same shape.
 *
 * @example
 * ```ts
 * session.on('run.ended', ({ error }) => {
 *   const data: ErrorData | undefined = error
 *   if (data) console.error(data.name, data.message)
 * })
 * ```
 */
export interface ErrorData {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** The stable code of the error, if it has one: `ECONNRESET`, `GANTRY_ARG`. */
  readonly code?: string
  /** The cause; present only on the thrown error itself. */
  readonly cause?: unknown
}

/**
 * Values for one run, by arg name.
 *
 * @example
 * ```ts
 * const params: ParamValues = { day: '2026-11-24', dryRun: true }
 * session.task('report').run(params)
 * ```
 */
export type ParamValues = Readonly<Record<string, unknown>>

/**
 * The events that a session reports. `at` is in epoch ms.
 *
 * @example
 * ```ts
 * session.on('*', (news: News) => {
 *   if (news.type === 'run.ended') console.log(new Date(news.at), news.task, news.action)
 * })
 * ```
 */
export type News =
  | { readonly type: 'run.queued'; readonly task: string; readonly runId: string; readonly at: number }
  | {
      readonly type: 'run.started'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly trigger: RunTrigger
    }
  /** A workflow continues in a run that was left open. */
  | { readonly type: 'run.resumed'; readonly task: string; readonly runId: string; readonly at: number }
  /** The session stops, and the workflow continues at the next start. */
  | { readonly type: 'run.suspended'; readonly task: string; readonly runId: string; readonly at: number }
  | {
      readonly type: 'run.ended'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly action: Outcome
      readonly value?: unknown
      readonly error?: ErrorData
      readonly reason?: string
    }
  | {
      readonly type: 'run.progress'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly progress: number
      readonly message?: string
    }
  /** A line that a run wrote with `run.log`. */
  | {
      readonly type: 'run.logged'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly message: string
    }
  /** A run started later than it was due, by more than `lateAfter`. */
  | {
      readonly type: 'run.late'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly lateMs: number
    }
  /** A period ended without a run. */
  | {
      readonly type: 'run.missed'
      readonly task: string
      readonly at: number
      readonly dueAt: number
      readonly reason: string
    }
  | { readonly type: 'task.added'; readonly task: string; readonly at: number }
  | { readonly type: 'task.removed'; readonly task: string; readonly at: number }
  | { readonly type: 'task.changed'; readonly task: string; readonly at: number }
  | { readonly type: 'task.crashed'; readonly task: string; readonly at: number; readonly error: ErrorData }
  | { readonly type: 'session.started'; readonly at: number }
  | { readonly type: 'session.held'; readonly at: number }
  | { readonly type: 'session.resumed'; readonly at: number }
  | { readonly type: 'session.stopped'; readonly at: number; readonly error?: ErrorData }
  | { readonly type: 'session.restarting'; readonly at: number }
  /** The run log cannot be written; `session.recovered` reports that it can again. */
  | { readonly type: 'session.degraded'; readonly at: number; readonly reason: string }
  | { readonly type: 'session.recovered'; readonly at: number }
  | {
      readonly type: 'session.warning'
      readonly at: number
      readonly kind: string
      readonly message: string
      readonly task?: string
      readonly error?: ErrorData
    }

/**
 * The name of an event that a session reports.
 *
 * @example
 * ```ts
 * const shown: NewsType[] = ['run.started', 'run.ended', 'session.warning']
 * for (const type of shown) session.on(type, (news) => console.log(JSON.stringify(news)))
 * ```
 */
export type NewsType = News['type']

const newsNames: Readonly<Record<NewsType, true>> = {
  'run.queued': true,
  'run.started': true,
  'run.resumed': true,
  'run.suspended': true,
  'run.ended': true,
  'run.progress': true,
  'run.logged': true,
  'run.late': true,
  'run.missed': true,
  'task.added': true,
  'task.removed': true,
  'task.changed': true,
  'task.crashed': true,
  'session.started': true,
  'session.held': true,
  'session.resumed': true,
  'session.stopped': true,
  'session.restarting': true,
  'session.degraded': true,
  'session.recovered': true,
  'session.warning': true,
}

/**
 * The names of all events that a session reports, for the validation of names from outside.
 *
 * @example
 * ```ts
 * import { newsTypes } from 'gantry/machines'
 *
 * newsTypes.filter((type) => type.startsWith('session.'))
 * ```
 */
export const newsTypes = Object.keys(newsNames) as readonly NewsType[]
