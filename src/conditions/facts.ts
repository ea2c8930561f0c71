/**
 * Facts that conditions are evaluated with. A session provides them; tests provide a table.
 *
 * All values refer to one instant, `now`. Ages are elapsed time on the monotonic clock, so that setting the wall clock
 * does not affect `every` and spans; calendar windows are wall instants.
 */
import type { Action, ErrorData } from '../../machines/protocol.ts'
import type { HeldNode, PredicateNode } from './node.ts'

/** Actions in the history of a task: those of runs, and `missed` for an occurrence without a run (a note of the log). */
export type MarkAction = Action | 'missed'

/** One record of the run log, with the fields that conditions use. */
export interface Mark {
  readonly action: MarkAction
  /** Position in the log: newer records are greater. Times may be equal or set back, positions are not. */
  readonly seq: number
  /** Wall time of the record, epoch ms. */
  readonly at: number
  /** Elapsed ms since the record was made; never negative. */
  readonly ageMs: number
  readonly runId: string
  /** The error of a failed run. */
  readonly error?: ErrorData
}

/** A live run. */
export interface LiveRun {
  readonly runId: string
  readonly startedAt: number
  readonly ageMs: number
}

/** The result of a predicate's last evaluation. */
export interface PredicateReading {
  /** The last value; false before the first one and after an error. */
  readonly value: boolean
  /** True while there is no value (an unresolved promise, a silent Observable). */
  readonly pending: boolean
  readonly error?: unknown
  /**
   * Ms until the next evaluation, if the predicate defines it (`validFor`, `refresh`) instead of the session's
   * `pollEvery`.
   */
  readonly againInMs?: number
}

/**
 * The facts that a condition is evaluated with, for one owner at one instant. Instants are epoch ms, ages elapsed ms.
 *
 * @example
 * ```ts
 * const facts: Facts = session.facts({ task: 'report' })
 * facts.newest('fetch', ['success'])?.at // when `fetch` last succeeded, epoch ms
 * ```
 */
export interface Facts {
  /** Current instant, epoch ms. */
  readonly now: number
  /** IANA zone of the owner: its own, otherwise the session's, otherwise the system's. */
  readonly zone: string
  /** The task that owns the condition ("this task"); null for a condition without an owner (a shut condition). */
  readonly task: string | null

  /** True if a task of that name is in the session. */
  has(task: string): boolean
  /** Names in the session similar to an unknown one. */
  near(task: string): readonly string[]

  /** The newest record (by `seq`) of the task with one of these actions. */
  newest(task: string, actions: readonly MarkAction[]): Mark | null
  /** Number of records with one of these actions in `[start, end)` of wall time. */
  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number
  /** Number of records with one of these actions and an age in `[nearMs, farMs)`. */
  countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number
  /** Ms until time alone changes that count (a record reaches `nearMs` or `farMs`); Infinity if no record can. */
  countWithinChangesIn(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number
  /** Number of consecutive newest ended runs with one of these actions. */
  streak(task: string, actions: readonly Action[]): number
  /** The last action of the task; null if it has never run. */
  status(task: string): Action | null
  /** Live runs of the task. */
  running(task: string): readonly LiveRun[]

  /** Elapsed ms since the session started; null if it has not. */
  readonly sessionAgeMs: number | null
  /** Number of cycles of the session since it started. */
  readonly cycles: number

  param(name: string): { readonly exists: boolean; readonly value: unknown }
  /** Evaluates a predicate: calls a function, or returns the last value of a promise or Observable. */
  predicate(node: PredicateNode): PredicateReading
  /**
   * Elapsed ms for which the inner condition has held without interruption; null if it does not hold, or if no watch
   * observed it. Used only if more than time determines the condition.
   */
  heldForMs(node: HeldNode): number | null
  /** Interval in which plain function predicates are evaluated, ms. */
  readonly pollEveryMs: number
}

/** A dependency, whose change can change the value of a condition. */
export type Dependency =
  | { readonly kind: 'task'; readonly task: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'session' }
  | { readonly kind: 'predicate'; readonly node: PredicateNode }

/** Source of change notifications. */
export interface Changes {
  /** Calls `listener` at every change of the dependency, until the returned function is called. */
  on(dependency: Dependency, owner: string | null, listener: () => void): () => void
}

/**
 * Receives the instants since which inner conditions of `held` have held; {@link Facts.heldForMs} reads them.
 */
export interface HeldNotes {
  saw(node: HeldNode, isTrue: boolean): void
}

/** The part of a clock that `watch` uses. */
export interface WakeClock {
  now(): number
  /** Calls `wake` once at the wall instant, or when the clock is set; returns a function that cancels it. */
  wakeAt(at: number, wake: () => void): () => void
}

/** A provider of facts, such as a session. */
export interface FactsSource {
  facts(owner?: { readonly task?: string | null; readonly at?: number }): Facts
}
