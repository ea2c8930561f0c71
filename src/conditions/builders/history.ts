/** What a task has done: ever, in the present cycle, in the past so long; and how often. */
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

/** Whose history, of which actions, in which period. */
interface Subject {
  readonly task: string | null
  readonly actions: readonly MarkAction[]
  readonly period: Period | null
}

function countNode(subject: Subject, compare: Comparison): ConditionNode {
  return Object.freeze({ kind: 'count', ...subject, compare: Object.freeze(compare) })
}

/** "It happened at least once", and the other comparisons. */
export class CountedCondition extends Condition {
  readonly subject: Subject

  constructor(subject: Subject) {
    super(countNode(subject, {}))
    this.subject = subject
  }

  /** At least so often. */
  atLeast(n: number): Condition {
    return new Condition(countNode(this.subject, { atLeast: checkCount(n) }))
  }

  /** At most so often. */
  atMost(n: number): Condition {
    return new Condition(countNode(this.subject, { atMost: checkCount(n) }))
  }

  /** So often and no other number. */
  exactly(n: number): Condition {
    return new Condition(countNode(this.subject, { exactly: checkCount(n) }))
  }

  /** More often than this. */
  moreThan(n: number): Condition {
    return new Condition(countNode(this.subject, { moreThan: checkCount(n) }))
  }

  /** Less often than this. */
  lessThan(n: number): Condition {
    return new Condition(countNode(this.subject, { lessThan: checkCount(n) }))
  }
}
openDoors(CountedCondition)

/** In the present cycle of the calendar, whole or cut to a window. */
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

/** What a task has done at any time, and the periods that this can be cut to. */
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

  /** In the past so long, elapsed time. */
  past(length: DurationInput | (string & {})): CountedCondition {
    return new CountedCondition({ ...this.subject, period: past(toDurationMs(length)) })
  }

  /** In the present, or else the last, instance of any period, or of its words: `failed.during('yesterday')`. */
  during(period: Period | string): CountedCondition {
    const given = typeof period === 'string' ? parseTime(period) : period
    if (given instanceof Period) return new CountedCondition({ ...this.subject, period: given })
    throw new TypeError(
      `Cannot use that with during() as it must be a period or text such as 'yesterday': ${showValue(given)}`,
    )
  }
}
openDoors(HistoryCondition)

/** A history of this task, and when called with a task, of that one. */
export type History = HistoryCondition & ((task?: TaskName) => HistoryCondition)

function history(...actions: MarkAction[]): History {
  const of = (task: string | null): HistoryCondition =>
    new HistoryCondition({ task, actions: Object.freeze(actions), period: null })
  return callable(of(null), (task?: TaskName) => of(task === undefined ? null : toTaskName(task)))
}

/**
 * The task has started: ever, or `started.today`, `started('fetch').past('2 hours')`, `.atLeast(3)`.
 *
 * @example
 * ```ts
 * app.task('clean', succeeded('fetch').today.and(not(started.today)), clean)
 * ```
 */
export const started: History = history('run')

/**
 * The task has succeeded: this one, or `succeeded('fetch')`; ever, or in a period, so often.
 *
 * @example
 * ```ts
 * app.task('report', daily.and(succeeded('fetch').today), () => {})
 * succeeded('fetch').past('2 hours').atLeast(3)
 * ```
 */
export const succeeded: History = history('success')

/**
 * The task has failed: this one, or `failed('fetch')`; ever, or in a period, so often.
 *
 * @example
 * ```ts
 * app.task('alarm', hourly.and(failed('fetch').thisHour.moreThan(2)), () => console.error('it fails again and again'))
 * ```
 */
export const failed: History = history('fail')

/**
 * The task has finished (succeeded, failed or was terminated): this one, or `finished('fetch')`; ever, or in a period.
 *
 * @example
 * ```ts
 * app.task('clean', daily.and(finished('fetch').today), () => {})
 * ```
 */
export const finished: History = history('success', 'fail', 'terminate')

/**
 * The task was terminated: this one, or `terminated('fetch')`; ever, or in a period, so often.
 *
 * @example
 * ```ts
 * app.task('alarm', hourly.and(terminated('fetch').thisHour), () => console.error('it took too long'))
 * ```
 */
export const terminated: History = history('terminate')

/**
 * The task found nothing to do: this one, or `inacted('fetch')`; ever, or in a period, so often.
 *
 * @example
 * ```ts
 * app.task('remind', daily.after('18:00').and(inacted('import').today), () => console.log('nothing new today'))
 * ```
 */
export const inacted: History = history('inaction')

/**
 * An occurrence of the task's cron or cycle lapsed without a run: of this one, or `missed('backup')`; ever, or in a
 * period.
 *
 * @example
 * ```ts
 * app.task('alarm', daily.and(missed('backup').past('1 day')), () => console.error('there was no backup'))
 * ```
 */
export const missed: History = history('missed')

/**
 * The task's process died while it ran: of this one, or `crashed('import')`; ever, or in a period, so often.
 *
 * @example
 * ```ts
 * app.task('alarm', daily.and(crashed('import').past('1 day')), () => console.error('look at the machine'))
 * ```
 */
export const crashed: History = history('crash')
