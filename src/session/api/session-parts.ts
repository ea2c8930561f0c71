/** What a session tells and takes, beside the session itself. */
import type { Action, News, NewsType } from '../../../machines/protocol.ts'
import type { Execution } from './task-options.ts'

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
  /** There is no task `from` in the session: what asks about it does not hold until one is added. */
  readonly isAbsent?: true
}
