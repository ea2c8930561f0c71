/**
 * What conditions may ask of the world. The session answers; tests answer with a table.
 *
 * All answers are about one instant, `now`. Ages are elapsed time on the monotonic clock, so that a wall clock that is set
 * does not move `every` and spans; windows of the calendar are wall instants.
 */
import type { Action, ErrorData } from '../../machines/protocol.ts'
import type { HeldNode, PredicateNode } from './node.ts'

/** What history can tell of a task: its actions, and that an occurrence lapsed without a run (a note of the log). */
export type MarkAction = Action | 'missed'

/** One record of the run log, as far as conditions look at it. */
export interface Mark {
  readonly action: MarkAction
  /** The order of the log: newer is greater. Times may be equal or set back, this never is. */
  readonly seq: number
  /** Wall time of the record, epoch ms. */
  readonly at: number
  /** Elapsed ms since the record was made; never negative. */
  readonly ageMs: number
  readonly runId: string
  /** What a run that failed failed with. */
  readonly error?: ErrorData
}

/** A run that lives. */
export interface LiveRun {
  readonly runId: string
  readonly startedAt: number
  readonly ageMs: number
}

/** What a predicate said when it was last looked at. */
export interface PredicateReading {
  /** Its last value; false before the first one and after an error. */
  readonly value: boolean
  /** No value yet (an unresolved promise, a silent Observable). */
  readonly pending: boolean
  readonly error?: unknown
  /** Ms until it is asked again, where it says so itself (`validFor`, `refresh`) and not the session's `pollEvery`. */
  readonly againInMs?: number
}

/**
 * The facts that a condition is held against, for one owner at one instant. Instants are epoch ms, ages elapsed ms.
 *
 * @example
 * ```ts
 * const facts: Facts = session.facts({ task: 'report' })
 * facts.newest('fetch', ['success'])?.at // when `fetch` last succeeded, epoch ms
 * ```
 */
export interface Facts {
  /** Epoch ms. */
  readonly now: number
  /** IANA zone of the owner: its own, else the session's, else the system's. */
  readonly zone: string
  /** The task that owns the condition ("this task"); null for a condition without owner (a shut condition). */
  readonly task: string | null

  /** Whether a task of that name is in the session. */
  has(task: string): boolean
  /** Names in the session close to one that is not. */
  near(task: string): readonly string[]

  /** The newest record (by `seq`) of the task with one of these actions. */
  newest(task: string, actions: readonly MarkAction[]): Mark | null
  /** How many records with one of these actions were made in `[start, end)` of wall time. */
  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number
  /** How many records with one of these actions have an age in `[nearMs, farMs)`. */
  countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number
  /**
   * Ms from now until that count next changes by time alone (a record comes of age at `nearMs` or leaves at `farMs`);
   * Infinity if no record can.
   */
  countWithinChangesIn(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number
  /** How many of the newest ended runs in a row ended with one of these actions. */
  streak(task: string, actions: readonly Action[]): number
  /** The last action of the task, or null if it never ran. */
  status(task: string): Action | null
  /** Runs of the task that live now. */
  running(task: string): readonly LiveRun[]

  /** Elapsed ms since the session started; null if it has not. */
  readonly sessionAgeMs: number | null
  /** Cycles of the session since it started. */
  readonly cycles: number

  param(name: string): { readonly exists: boolean; readonly value: unknown }
  /** Looks at a predicate: calls a function, or tells the last value of a promise or Observable. */
  predicate(node: PredicateNode): PredicateReading
  /**
   * Elapsed ms for which the inner condition has held without interruption; null if it does not hold, or if
   * no watch saw it. Asked only where more than time decides.
   */
  heldForMs(node: HeldNode): number | null
  /** How often plain function predicates are looked at, ms. */
  readonly pollEveryMs: number
}

/** A thing whose change can change the truth of a condition. */
export type Dependency =
  | { readonly kind: 'task'; readonly task: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'session' }
  | { readonly kind: 'predicate'; readonly node: PredicateNode }

/** Where changes are heard of. */
export interface Changes {
  /** Calls `listener` at every change of the dependency, until the returned undo is called. */
  on(dependency: Dependency, owner: string | null, listener: () => void): () => void
}

/**
 * Receives the instants since which inner conditions of `held` have held; {@link Facts.heldForMs} reads them.
 */
export interface HeldNotes {
  saw(node: HeldNode, isTrue: boolean): void
}

/** What `watch` needs of a clock. */
export interface WakeClock {
  now(): number
  /** Calls `wake` once at that wall instant or when the clock is set; returns its undo. */
  wakeAt(at: number, wake: () => void): () => void
}

/** Whoever can give facts: a session. */
export interface FactsSource {
  facts(owner?: { readonly task?: string | null; readonly at?: number }): Facts
}
