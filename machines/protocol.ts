/**
 * The words actors say to each other: what is asked of a session (commands), what tells of it (news), and what a run can
 * come to (outcomes). Everything here is data; all commands but `task.create` are plain JSON.
 */

/** The ways a run can end. `crash` is given afterwards, to a run whose process died. */
export const outcomes = ['success', 'fail', 'terminate', 'inaction', 'crash'] as const

/** How a run ended. */
export type Outcome = (typeof outcomes)[number]

/** What the run log records of a run: its launch (`run`) and its outcome. */
export const actions = ['run', ...outcomes] as const

/** One of the six actions of the run log. */
export type Action = 'run' | Outcome

/** True of the six actions. */
export function isAction(value: unknown): value is Action {
  return (actions as readonly unknown[]).includes(value)
}

/** Why a run was launched. */
export type RunTrigger = 'condition' | 'manual' | 'startup' | 'shutdown' | 'retry' | 'catch-up'

/** Why a run was asked to end. */
export type TerminateReason = 'asked' | 'timeout' | 'end condition' | 'shut-down' | 'removed' | 'replaced'

/** An error as data: what is left of anything that was thrown once it is in a record. */
export interface ErrorData {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly code?: string
}

/** Values for one run, by arg name. */
export type ParamValues = Readonly<Record<string, unknown>>

/** Commands: what may be sent to a session. */
export type Command =
  | {
      readonly type: 'task.run'
      readonly task: string
      readonly params?: ParamValues
      readonly key?: string
      readonly request?: object
    }
  /** A run for each period that ended in `(from, to]`; times are epoch ms or ISO 8601, read in the task's zone. */
  | {
      readonly type: 'task.backfill'
      readonly task: string
      readonly from: number | string
      readonly to: number | string
      readonly request?: object
    }
  | { readonly type: 'task.terminate'; readonly task: string; readonly runId?: string }
  | { readonly type: 'task.disable'; readonly task: string }
  | { readonly type: 'task.enable'; readonly task: string }
  | {
      readonly type: 'task.update'
      readonly task: string
      readonly options: Readonly<Record<string, unknown>>
    }
  | {
      readonly type: 'task.create'
      readonly task: string
      /** The name of a template, by those who cannot send code; else `start` and `work` are given. */
      readonly template?: string
      readonly start?: unknown
      readonly options?: unknown
      readonly work?: unknown
      readonly request?: object
    }
  | { readonly type: 'task.remove'; readonly task: string }
  | {
      readonly type: 'param.set'
      readonly name: string
      readonly value: unknown
      readonly request?: object
    }
  | { readonly type: 'param.unset'; readonly name: string; readonly request?: object }
  | {
      readonly type: 'session.run'
      readonly tasks: readonly string[]
      readonly execution?: string
      readonly obeyConditions?: boolean
      readonly request?: object
    }
  | { readonly type: 'session.update'; readonly options: Readonly<Record<string, unknown>> }
  | { readonly type: 'session.shutDown'; readonly force?: boolean }
  | { readonly type: 'session.restart' }
  | { readonly type: 'session.hold' }
  | { readonly type: 'session.resume' }

/** The name of a command. */
export type CommandType = Command['type']

/** The names of all commands, for checking what comes from outside. */
export const commandTypes: readonly CommandType[] = [
  'task.run',
  'task.backfill',
  'task.terminate',
  'task.disable',
  'task.enable',
  'task.update',
  'task.create',
  'task.remove',
  'param.set',
  'param.unset',
  'session.run',
  'session.update',
  'session.shutDown',
  'session.restart',
  'session.hold',
  'session.resume',
]

/** News: what a session tells of itself, `at` in epoch ms. */
export type News =
  | { readonly type: 'run.queued'; readonly task: string; readonly runId: string; readonly at: number }
  | {
      readonly type: 'run.started'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly trigger: RunTrigger
    }
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
  /** A run started later than its condition began to hold by more than the session's tolerance. */
  | {
      readonly type: 'run.late'
      readonly task: string
      readonly runId: string
      readonly at: number
      readonly lateMs: number
    }
  /** A period or an occurrence lapsed without a run. */
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
  /** The run log cannot be written; `session.recovered` tells that it can again. */
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

/** The name of a piece of news. */
export type NewsType = News['type']

const newsNames: Readonly<Record<NewsType, true>> = {
  'run.queued': true,
  'run.started': true,
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

/** The names of all news, for checking what is listened to. */
export const newsTypes = Object.keys(newsNames) as readonly NewsType[]
