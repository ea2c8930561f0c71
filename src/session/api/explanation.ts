/** Public types of explanations: why a task is, or is not, running; now and at past instants. */
import type { Explanation } from '../../conditions/explain/explain.ts'

/**
 * A reason other than the condition that prevents a launch now.
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
  /** The reason as text. */
  readonly sentence: string
  /** The instant at which time alone removes it, epoch ms; null if time alone does not. */
  readonly until: number | null
}

/**
 * An obstacle to a launch: a {@link Reason}, or a part of the condition that does not hold.
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
 * An explanation of why a task is, or is not, running.
 *
 * @example
 * ```ts
 * const why: TaskExplanation = session.task('report').explain()
 * if (!why.isDue) console.log(why.sentence, String(why))
 * ```
 */
export interface TaskExplanation {
  readonly task: string
  /** The instant to which the explanation applies, epoch ms. */
  readonly at: number
  /** True if a run would be launched now: there are no blockers. */
  readonly isDue: boolean
  /** A summary in one sentence: the first blockers, and the time of the next run. */
  readonly sentence: string
  /**
   * All obstacles to a launch, in the order in which they must be removed: first those that need an action, then the parts of the
   * condition (those that wait for an event before those that wait for time), then those that end by themselves. If there is only
   * one, its removal launches the task. For a task with a queued run these are the obstacles to that run, for which the condition
   * is ignored.
   */
  readonly blockers: readonly Blocker[]
  /** The blockers other than the condition. */
  readonly reasons: readonly Reason[]
  /** The first of `nextRuns()`, epoch ms; null if there is none, or if the session is stopped. */
  readonly nextAt: number | null
  /** Problems of a run that would start now: an end condition that already holds terminates it at once. */
  readonly warnings: readonly string[]
  /** The start condition, explained part by part. */
  readonly condition: Explanation
  /** Returns the sentence, the reasons, and the condition as a tree, on several lines. */
  toString(): string
}

/**
 * An explained condition at a past instant. `holds` is null where that is not known.
 *
 * @example
 * ```ts
 * const unknownParts = ({ holds, statement, children }: PastPart): string[] =>
 *   children.length > 0 ? children.flatMap(unknownParts) : holds === null ? [statement] : []
 * ```
 */
export interface PastPart extends Omit<Explanation, 'holds' | 'children'> {
  readonly holds: boolean | null
  readonly children: readonly PastPart[]
}

/**
 * An explanation of why a task was, or was not, started at a past instant. It is what `explain()` returned at the end of that
 * millisecond, as far as the log tells.
 *
 * @example
 * ```ts
 * const why: PastExplanation = await session.task('report').explainAt('2026-11-24T07:00')
 * if (why.unknown.length === 0) console.log(why.sentence)
 * ```
 */
export interface PastExplanation extends Omit<TaskExplanation, 'isDue' | 'condition'> {
  /** True if a run would have been launched; null if that is not known. */
  readonly isDue: boolean | null
  /** The facts that are not known, with the reasons; empty if everything that matters is known. */
  readonly unknown: readonly string[]
  /** The start condition, part by part; null if the session did not run, lacked the task, or that is not known. */
  readonly condition: PastPart | null
}
