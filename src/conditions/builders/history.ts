/** Conditions on a task's run history: at any time, in the current cycle, in a past duration; with counts. */
import { openDoors } from '../../errors/at-door.ts'
import { showValue } from '../../errors/show-value.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import type { MomentInput } from '../../time/moment/moment-input.ts'
import { parseTime } from '../../time/parse-period.ts'
import { Period } from '../../time/period.ts'
import { cycle, past } from '../../time/periods.ts'
import type { CycleOptions } from '../../time/rules/window.ts'
import type { CycleUnit } from '../../time/zone/units.ts'
import { callable } from '../callable.ts'
import { Condition } from '../condition.ts'
import type { MarkAction } from '../facts.ts'
import type { Comparison, ConditionNode } from '../node.ts'
import { checkCount } from './check-count.ts'

/** The task, actions and period of a history. */
interface Subject {
  readonly task: string | null
  readonly actions: readonly MarkAction[]
  readonly period: Period | null
}

function countNode(subject: Subject, compare: Comparison): ConditionNode {
  return Object.freeze({ kind: 'count', ...subject, compare: Object.freeze(compare) })
}

/** A count of actions, at least one unless compared otherwise. */
export class CountedCondition extends Condition {
  readonly subject: Subject

  constructor(subject: Subject) {
    super(countNode(subject, {}))
    this.subject = subject
  }

  /** At least `n` times. */
  atLeast(n: number): Condition {
    return new Condition(countNode(this.subject, { atLeast: checkCount(n) }))
  }

  /** At most `n` times. */
  atMost(n: number): Condition {
    return new Condition(countNode(this.subject, { atMost: checkCount(n) }))
  }

  /** Exactly `n` times. */
  exactly(n: number): Condition {
    return new Condition(countNode(this.subject, { exactly: checkCount(n) }))
  }

  /** More than `n` times. */
  moreThan(n: number): Condition {
    return new Condition(countNode(this.subject, { moreThan: checkCount(n) }))
  }

  /** Less than `n` times. */
  lessThan(n: number): Condition {
    return new Condition(countNode(this.subject, { lessThan: checkCount(n) }))
  }
}
openDoors(CountedCondition)

/** Actions in the current cycle of the calendar, whole or limited to a window. */
export class CycleHistory extends CountedCondition {
  readonly unit: CycleUnit

  constructor(subject: Omit<Subject, 'period'>, unit: CycleUnit, options: CycleOptions = {}) {
    super({ ...subject, period: cycle(unit, options) })
    this.unit = unit
  }

  before(end: MomentInput): CountedCondition {
    return this.#cut({ before: end })
  }

  after(start: MomentInput): CountedCondition {
    return this.#cut({ after: start })
  }

  between(start: MomentInput, end: MomentInput): CountedCondition {
    return this.#cut({ between: [start, end] })
  }

  at(moment: MomentInput): CountedCondition {
    return this.#cut({ at: moment })
  }

  on(moment: MomentInput): CountedCondition {
    return this.#cut({ on: moment })
  }

  starting(start: MomentInput): CountedCondition {
    return this.#cut({ starting: start })
  }

  #cut(options: CycleOptions): CountedCondition {
    return new CycleHistory(this.subject, this.unit, options)
  }
}
openDoors(CycleHistory)

/** Actions of a task at any time, with methods that limit them to a period. */
export class HistoryCondition extends CountedCondition {
  get thisSecond(): CycleHistory {
    return new CycleHistory(this.subject, 'second')
  }
  get thisMinute(): CycleHistory {
    return new CycleHistory(this.subject, 'minute')
  }
  get thisHour(): CycleHistory {
    return new CycleHistory(this.subject, 'hour')
  }
  get today(): CycleHistory {
    return new CycleHistory(this.subject, 'day')
  }
  get thisDay(): CycleHistory {
    return this.today
  }
  get thisWeek(): CycleHistory {
    return new CycleHistory(this.subject, 'week')
  }
  get thisMonth(): CycleHistory {
    return new CycleHistory(this.subject, 'month')
  }
  get thisYear(): CycleHistory {
    return new CycleHistory(this.subject, 'year')
  }

  /** In the past duration, as elapsed time. */
  past(length: DurationInput | (string & {})): CountedCondition {
    return new CountedCondition({ ...this.subject, period: past(toDurationMs(length)) })
  }

  /**
   * In the current instance of any period, otherwise the last one. Takes a period or its text:
   * `failed.during('yesterday')`.
   */
  during(period: Period | string): CountedCondition {
    const given = typeof period === 'string' ? parseTime(period) : period
    if (given instanceof Period) return new CountedCondition({ ...this.subject, period: given })
    throw new TypeError(
      `Cannot use that with during() as it must be a period or text such as 'yesterday': ${showValue(given)}`,
    )
  }
}
openDoors(HistoryCondition)

/** A history of this task; called with a task, of that task. */
export type History = HistoryCondition & ((task?: TaskName) => HistoryCondition)

function history(...actions: MarkAction[]): History {
  const of = (task: string | null): HistoryCondition =>
    new HistoryCondition({ task, actions: Object.freeze(actions), period: null })
  return callable(of(null), (task?: TaskName) => of(task === undefined ? null : toTaskName(task)))
}

/**
 * The task has started: at any time, or `started.today`, `started('fetch').past('2 hours')`, `.atLeast(3)`.
 *
 * @example
 * ```ts
 * app.task('clean', succeeded('fetch').today.and(not(started.today)), clean)
 * ```
 */
export const started: History = history('run')

/**
 * The task has succeeded: this one, or `succeeded('fetch')`; at any time, or in a period, with an optional count.
 *
 * @example
 * ```ts
 * app.task('report', daily.and(succeeded('fetch').today), () => {})
 * succeeded('fetch').past('2 hours').atLeast(3)
 * ```
 */
export const succeeded: History = history('success')

/**
 * The task has failed: this one, or `failed('fetch')`; at any time, or in a period, with an optional count.
 *
 * @example
 * ```ts
 * app.task('alarm', hourly.and(failed('fetch').thisHour.moreThan(2)), () => console.error('it fails again and again'))
 * ```
 */
export const failed: History = history('fail')

/**
 * The task has finished (succeeded, failed or was terminated): this one, or `finished('fetch')`; at any time, or in a
 * period.
 *
 * @example
 * ```ts
 * app.task('clean', daily.and(finished('fetch').today), () => {})
 * ```
 */
export const finished: History = history('success', 'fail', 'terminate')

/**
 * The task was terminated: this one, or `terminated('fetch')`; at any time, or in a period, with an optional count.
 *
 * @example
 * ```ts
 * app.task('alarm', hourly.and(terminated('fetch').thisHour), () => console.error('it took too long'))
 * ```
 */
export const terminated: History = history('terminate')

/**
 * The task had nothing to do: this one, or `inacted('fetch')`; at any time, or in a period, with an optional count.
 *
 * @example
 * ```ts
 * app.task('remind', daily.after('18:00').and(inacted('import').today), () => console.log('nothing new today'))
 * ```
 */
export const inacted: History = history('inaction')

/**
 * An occurrence of the task's cron or cycle was missed: of this task, or `missed('backup')`; at any time, or in a
 * period.
 *
 * @example
 * ```ts
 * app.task('alarm', daily.and(missed('backup').past('1 day')), () => console.error('there was no backup'))
 * ```
 */
export const missed: History = history('missed')

/**
 * The task's process died during a run: of this task, or `crashed('import')`; at any time, or in a period, with an
 * optional count.
 *
 * @example
 * ```ts
 * app.task('alarm', daily.and(crashed('import').past('1 day')), () => console.error('look at the machine'))
 * ```
 */
export const crashed: History = history('crash')
