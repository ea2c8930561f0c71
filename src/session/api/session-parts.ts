/** Types that a session uses in its methods: states, listeners, params, and links between tasks. */
import type { Action, News, NewsType } from '../../../machines/protocol.ts'
import type { Note, RunRecord } from '../../log/entry.ts'
import type { LogQuery, NoteQuery } from '../../log/query.ts'
import type { StoreHealth } from '../../log/resilience/options.ts'
import type { Execution } from './task-options.ts'

/**
 * The state of a session. `held` is a paused session: nothing launches, and live runs continue.
 *
 * @example
 * ```ts
 * const isOver = (state: SessionState): boolean => state === 'stopping' || state === 'stopped'
 * isOver(session.state)
 * ```
 */
export type SessionState = 'stopped' | 'starting' | 'running' | 'held' | 'stopping' | 'restarting'

/**
 * A listener of one type of event, or of all with `'*'`.
 *
 * @example
 * ```ts
 * const print: NewsListener<'run.ended'> = ({ task, action, at }) => console.log(new Date(at), task, action)
 * const undo = session.on('run.ended', print)
 * undo()
 * ```
 */
export type NewsListener<T extends NewsType | '*'> = (
  news: T extends NewsType ? Extract<News, { type: T }> : News,
) => void

/**
 * Values that the tasks and conditions of a session share. A change re-evaluates the conditions that read the value. With the
 * option `persist`, values that JSON can represent survive the process.
 *
 * @example
 * ```ts
 * const params: Params = session.params
 * params.set('stage', 'production')
 * params.get('stage') // 'production'
 * ```
 */
export interface Params {
  /** The value; undefined if there is no param with this name. */
  get(name: string): unknown
  has(name: string): boolean
  /** Sets a value. Throws a `TypeError` if the name is empty. */
  set(name: string, value: unknown): void
  /** Removes a value, if there is one. */
  unset(name: string): void
  /** Pairs of name and value, in the order in which they were first set. */
  entries(): [string, unknown][]
  toJSON(): Record<string, unknown>
}

/** Options of `session.run()`. */
export interface SessionRunOptions {
  /** The execution of these runs. Default: the task's. */
  readonly execution?: Execution
  /** Skips tasks whose condition does not hold. Default false: conditions are ignored. */
  readonly obeyConditions?: boolean
}

/**
 * A dependency of a task on another task or on a param of the session.
 *
 * @example
 * ```ts
 * const links: readonly TaskLink[] = session.graph()
 * for (const { from, to, kind } of links) console.log(`${from} → ${to}: ${kind}`)
 * ```
 */
export interface TaskLink {
  /** The name of the task that `to` depends on; for the kind `param`, the name of the param. */
  readonly from: string
  /** The name of the dependent task. */
  readonly to: string
  /**
   * The kind of dependency on `from`. `after`: the task starts after it. `history`: a condition reads its run history. `running`:
   * a condition reads whether it is running. `return`: an arg is its return value. `task`: an arg is its handle. `param`: a
   * condition or an arg reads the param.
   */
  readonly kind: 'after' | 'history' | 'running' | 'return' | 'task' | 'param'
  /** The part of the dependent task that refers to `from`: its start condition, its end condition, or an arg. */
  readonly by: 'start' | 'end' | 'arg'
  /** The actions that `after` and `history` refer to: `['success']` for `afterSuccess` and `succeeded`. */
  readonly actions?: readonly (Action | 'missed')[]
  /** True if the session has no task `from`. A condition that refers to it does not hold until that task is added. */
  readonly isAbsent?: true
}

/**
 * The run log of a session: records of runs, and notes.
 *
 * @example
 * ```ts
 * const log: SessionRunLog = session.log
 * await log.query({ task: 'report', limit: 10 })
 * ```
 */
export interface SessionRunLog {
  /** Resolves to the matching records, newest first by default. */
  query(query?: LogQuery): Promise<readonly RunRecord[]>
  /** Resolves to the number of matching records, regardless of the query's `limit`. */
  count(query?: LogQuery): Promise<number>
  /**
   * Yields the matching records one by one and reads them in pages, so that the export of a long log takes little memory.
   *
   * @example
   * ```ts
   * for await (const record of session.log.stream({ since: Date.parse('2026-11-01'), oldestFirst: true }))
   *   console.log(JSON.stringify(record))
   * ```
   */
  stream(query?: LogQuery): AsyncIterable<RunRecord>
  /**
   * Resolves to the matching notes, newest first. Notes of the session's state (`note: 'state'`, with `persist`) and log lines
   * (`note: 'lines'`) are included only on request.
   */
  notes(query?: NoteQuery): Promise<readonly Note[]>
  /** Writes a note of the kind `audit`, for events other than runs. Conditions do not read it. Resolves when it is stored. */
  note(note: Pick<Note, 'task' | 'runId' | 'message' | 'data'>): Promise<void>
  /** The kind of the store (`memory`, `jsonl`), and whether its contents survive the process; null until it is open. */
  readonly store: { readonly kind: string; readonly durable: boolean } | null
  /** Masks secrets in a JSON value or a text as the log does. Returns a copy, or the value itself if it contains no secret. */
  redact<T>(value: T): T
  /** The health of the store: `ok`, or `degraded` with the reason and the number of waiting entries. */
  readonly health: StoreHealth
}
