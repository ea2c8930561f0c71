/** Once per cycle of the calendar (`daily`, `hourly`, ...), and the plain windows of the calendar (`timeOfDay`, ...). */
import type { Action } from '../../machines/protocol.ts'
import { cycle } from '../time/builders.ts'
import type { MomentInput } from '../time/moment-value.ts'
import type { Period } from '../time/period.ts'
import type { CycleUnit } from '../time/units.ts'
import type { CycleOptions } from '../time/window.ts'
import { Condition } from './condition.ts'
import { allOf, type ConditionNode, withText } from './node.ts'

/** What ends a task's turn in a cycle; a crash does not. */
const turnEnds: readonly Action[] = Object.freeze(['success', 'fail', 'terminate', 'inaction'])

/** Now is in the period, and in its present instance the task has not finished. Says so in the given words. */
export function oncePer(period: Period, text: string): ConditionNode {
  return withText(
    allOf([
      Object.freeze({ kind: 'period', period }),
      Object.freeze({
        kind: 'count',
        task: null,
        actions: turnEnds,
        period,
        compare: Object.freeze({ exactly: 0 }),
      }),
    ]),
    text,
  )
}

/** A cycle of the calendar as a condition, with the windows that it can be cut to. */
export class CyclicCondition extends Condition {
  readonly #unit: CycleUnit
  readonly #toNode: (period: Period) => ConditionNode

  constructor(unit: CycleUnit, toNode: (period: Period) => ConditionNode, options: CycleOptions = {}) {
    super(toNode(cycle(unit, options)))
    this.#unit = unit
    this.#toNode = toNode
  }

  /** From the start of the cycle up to a moment, which is excluded (a day without a time is included). */
  before(end: MomentInput): Condition {
    return this.#cut({ before: end })
  }

  /** From a moment to the end of the cycle. */
  after(start: MomentInput): Condition {
    return this.#cut({ after: start })
  }

  /** From one moment to another; across the end of the cycle where the first is the later one. */
  between(start: MomentInput, end: MomentInput): Condition {
    return this.#cut({ between: [start, end] })
  }

  /** One unit at a moment (of a day an hour, of an hour a minute); of several moments, once in each. */
  at(...moments: readonly MomentInput[]): Condition {
    return this.#cut({ at: moments.length === 1 ? moments[0]! : moments })
  }

  /** The same as {@link at}; reads better with days: `weekly.on('Mon', 'Fri')`. */
  on(...moments: readonly MomentInput[]): Condition {
    return this.#cut({ on: moments.length === 1 ? moments[0]! : moments })
  }

  /** The whole cycle, begun at a moment: `daily.starting('06:00')` is from six to six. */
  starting(start: MomentInput): Condition {
    return this.#cut({ starting: start })
  }

  #cut(options: CycleOptions): Condition {
    return new Condition(this.#toNode(cycle(this.#unit, options)))
  }
}

const words: Readonly<Record<CycleUnit, string>> = {
  second: 'secondly',
  minute: 'minutely',
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  year: 'yearly',
}

/** `daily after 07:00`, from the words of its period (`time of day after 07:00`). */
export function cyclicWords(unit: CycleUnit, period: Period): string {
  return `${words[unit]}${String(period).slice(`time of ${unit}`.length)}`
}

const oncePerUnit = (unit: CycleUnit): CyclicCondition =>
  new CyclicCondition(unit, (period) => oncePer(period, cyclicWords(unit, period)))

const windowOfUnit = (unit: CycleUnit): CyclicCondition =>
  new CyclicCondition(unit, (period) => Object.freeze({ kind: 'period', period }))

/** Once a second. */
export const secondly: CyclicCondition = oncePerUnit('second')
/** Once a minute. */
export const minutely: CyclicCondition = oncePerUnit('minute')
/** Once an hour: at any time of the hour in which the task has not finished yet. */
export const hourly: CyclicCondition = oncePerUnit('hour')
/**
 * Once a day: at any time of the day at which the task has not finished yet that day.
 *
 * @example
 * ```ts
 * app.task('report', daily.after('07:00'), report)
 * ```
 */
export const daily: CyclicCondition = oncePerUnit('day')
/** Once a week, Monday to Sunday. */
export const weekly: CyclicCondition = oncePerUnit('week')
/** Once a month. */
export const monthly: CyclicCondition = oncePerUnit('month')
/** Once a year. */
export const yearly: CyclicCondition = oncePerUnit('year')

/** Now is in the window of the second (ms). It remembers no runs: alone as a start it launches again and again. */
export const timeOfSecond: CyclicCondition = windowOfUnit('second')
/** Now is in the window of the minute. */
export const timeOfMinute: CyclicCondition = windowOfUnit('minute')
/** Now is in the window of the hour. */
export const timeOfHour: CyclicCondition = windowOfUnit('hour')
/** Now is in the window of the day: `timeOfDay.between('08:00', '16:00')`. */
export const timeOfDay: CyclicCondition = windowOfUnit('day')
/** Now is in the window of the week: `timeOfWeek.between('Mon', 'Fri')`. */
export const timeOfWeek: CyclicCondition = windowOfUnit('week')
/** Now is in the window of the month. */
export const timeOfMonth: CyclicCondition = windowOfUnit('month')
/** Now is in the window of the year. */
export const timeOfYear: CyclicCondition = windowOfUnit('year')
