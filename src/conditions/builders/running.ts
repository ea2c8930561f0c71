/** Conditions on live runs of a task: their duration and number. */
import { openDoors, withDoor } from '../../errors/at-door.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { callable } from '../callable.ts'
import { Condition } from '../condition.ts'
import type { Comparison, ConditionNode } from '../node.ts'
import { checkCount } from './check-count.ts'

interface Limits {
  readonly task: string | null
  readonly moreThanMs: number | null
  readonly lessThanMs: number | null
}

function runningNode(limits: Limits, compare: Comparison): ConditionNode {
  return Object.freeze({ kind: 'running', ...limits, compare: Object.freeze(compare) })
}

/** The number of live runs, compared with a number. */
export interface RunningCount {
  atLeast(n: number): Condition
  atMost(n: number): Condition
  exactly(n: number): Condition
  moreThan(n: number): Condition
  lessThan(n: number): Condition
}

/** At least one run is live, with methods for its duration and for the number of live runs. */
export class RunningCondition extends Condition {
  readonly limits: Limits

  constructor(limits: Limits) {
    super(runningNode(limits, {}))
    this.limits = limits
  }

  /** A live run has lasted longer than the duration. */
  moreThan(length: DurationInput | (string & {})): RunningCondition {
    return new RunningCondition({ ...this.limits, moreThanMs: toDurationMs(length) })
  }

  /** A live run has lasted less than the duration. */
  lessThan(length: DurationInput | (string & {})): RunningCondition {
    return new RunningCondition({ ...this.limits, lessThanMs: toDurationMs(length) })
  }

  /** A live run has lasted between the two durations. */
  between(more: DurationInput | (string & {}), less: DurationInput | (string & {})): RunningCondition {
    return this.moreThan(more).lessThan(less)
  }

  /** The number of live runs: `running.count.lessThan(4)`. */
  get count(): RunningCount {
    const compared = (key: keyof Comparison): ((n: number) => Condition) =>
      withDoor((n: number) => new Condition(runningNode(this.limits, { [key]: checkCount(n) })))
    return {
      atLeast: compared('atLeast'),
      atMost: compared('atMost'),
      exactly: compared('exactly'),
      moreThan: compared('moreThan'),
      lessThan: compared('lessThan'),
    }
  }
}
openDoors(RunningCondition)

const ofTask = (task: string | null): RunningCondition =>
  new RunningCondition({ task, moreThanMs: null, lessThanMs: null })

/**
 * A run of the task is live. Called with a task, a run of that task.
 *
 * @example
 * ```ts
 * not(running(fetchPrices))
 * running('import').moreThan('10 minutes')
 * ```
 */
export const running: RunningCondition & ((task?: TaskName) => RunningCondition) = callable(
  ofTask(null),
  (task?: TaskName) => ofTask(task === undefined ? null : toTaskName(task)),
)
