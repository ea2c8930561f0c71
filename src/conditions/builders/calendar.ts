/** Calendar conditions: once per cycle (`daily`, `hourly`, …), and plain windows (`timeOfDay`, …). */

import type { Action } from '../../../machines/protocol.ts'
import { openDoors } from '../../errors/at-door.ts'
import type { MomentInput } from '../../time/moment/moment-input.ts'
import type { Period } from '../../time/period.ts'
import { cycle } from '../../time/periods.ts'
import type { CycleOptions } from '../../time/rules/window.ts'
import type { CycleUnit } from '../../time/zone/units.ts'
import { Condition } from '../condition.ts'
import { allOf, type ConditionNode, withText } from '../node.ts'

/** Actions that complete a task's run for a cycle; a crash does not. */
const turnEnds: readonly Action[] = Object.freeze(['success', 'fail', 'terminate', 'inaction'])

/** True while now is in the period, and the task has not finished in its current instance. Prints as the given text. */
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

/** A cycle of the calendar as a condition, with methods that limit it to a window. */
export class CyclicCondition extends Condition {
  readonly #unit: CycleUnit
  readonly #toNode: (period: Period) => ConditionNode

  constructor(unit: CycleUnit, toNode: (period: Period) => ConditionNode, options: CycleOptions = {}) {
    super(toNode(cycle(unit, options)))
    this.#unit = unit
    this.#toNode = toNode
  }

  /** From the start of the cycle to a moment, which is excluded (a day without a time is included). */
  before(end: MomentInput): Condition {
    return this.#cut({ before: end })
  }

  /** From a moment to the end of the cycle. */
  after(start: MomentInput): Condition {
    return this.#cut({ after: start })
  }

  /** From one moment to another, across the end of the cycle if the first one is later. */
  between(start: MomentInput, end: MomentInput): Condition {
    return this.#cut({ between: [start, end] })
  }

  /** One unit from a moment (of a day an hour, of an hour a minute); with several moments, once in each. */
  at(...moments: readonly MomentInput[]): Condition {
    return this.#cut({ at: moments.length === 1 ? moments[0]! : moments })
  }

  /** The same as {@link at}, for days: `weekly.on('Mon', 'Fri')`. */
  on(...moments: readonly MomentInput[]): Condition {
    return this.#cut({ on: moments.length === 1 ? moments[0]! : moments })
  }

  /** The whole cycle, shifted to begin at a moment: `daily.starting('06:00')` lasts from six to six. */
  starting(start: MomentInput): Condition {
    return this.#cut({ starting: start })
  }

  #cut(options: CycleOptions): Condition {
    // An unset variable would otherwise mean the whole cycle: `daily.after(config.start)`.
    for (const [how, moment] of Object.entries(options))
      if (moment === undefined)
        throw new TypeError(
          `Cannot limit a cycle with '${how}' as a moment must be text, a number or components: undefined.`,
        )
    return new Condition(this.#toNode(cycle(this.#unit, options)))
  }
}
openDoors(CyclicCondition)

const words: Readonly<Record<CycleUnit, string>> = {
  second: 'secondly',
  minute: 'minutely',
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  year: 'yearly',
}

/** The text `daily after 07:00`, derived from its period's text (`time of day after 07:00`). */
export function cyclicWords(unit: CycleUnit, period: Period): string {
  return `${words[unit]}${String(period).slice(`time of ${unit}`.length)}`
}

const oncePerUnit = (unit: CycleUnit): CyclicCondition =>
  new CyclicCondition(unit, (period) => oncePer(period, cyclicWords(unit, period)))

const windowOfUnit = (unit: CycleUnit): CyclicCondition =>
  new CyclicCondition(unit, (period) => Object.freeze({ kind: 'period', period }))

/**
 * Once a second.
 *
 * @example
 * ```ts
 * secondly.toString() // 'secondly'
 * ```
 */
export const secondly: CyclicCondition = oncePerUnit('second')

/**
 * Once a minute.
 *
 * @example
 * ```ts
 * app.task('beat', minutely, () => {})
 * minutely.after('30') // in the second half of each minute
 * ```
 */
export const minutely: CyclicCondition = oncePerUnit('minute')

/**
 * Once an hour, at any time of the hour until the task has finished in it.
 *
 * @example
 * ```ts
 * app.task('fetch', hourly.between('15:00', '45:00'), () => {}) // from quarter past to quarter to
 * ```
 */
export const hourly: CyclicCondition = oncePerUnit('hour')
/**
 * Once a day, at any time of the day until the task has finished on it.
 *
 * On its first start a task runs at once, as it has not run today; so does `daily.after('07:00')` after seven. For a
 * run at the next seven o'clock, use `daily.at('07:00')` (true from seven to eight) or `cron('0 7 * * *')`.
 *
 * @example
 * ```ts
 * app.task('report', daily.after('07:00'), report)
 * ```
 */
export const daily: CyclicCondition = oncePerUnit('day')

/**
 * Once a week, Monday to Sunday, in the task's zone.
 *
 * @example
 * ```ts
 * app.task('report', weekly.on('Mon', 'Thu'), () => {}) // once on each of the two days
 * weekly.between('Fri 18:00', 'Mon 06:00') // once a weekend
 * ```
 */
export const weekly: CyclicCondition = oncePerUnit('week')

/**
 * Once a month, in the task's zone. Days that a month lacks are skipped.
 *
 * @example
 * ```ts
 * app.task('invoice', monthly.on('1st'), () => {})
 * monthly.on('last day')
 * ```
 */
export const monthly: CyclicCondition = oncePerUnit('month')

/**
 * Once a year, in the task's zone.
 *
 * @example
 * ```ts
 * app.task('inventory', yearly.after('Dec 1st'), () => {})
 * ```
 */
export const yearly: CyclicCondition = oncePerUnit('year')

/**
 * Now is in the window of the second (ms). It does not consider runs: alone as a start it launches again and again.
 *
 * @example
 * ```ts
 * every('10 minutes').and(timeOfSecond.before('500')) // in the first half of any second
 * ```
 */
export const timeOfSecond: CyclicCondition = windowOfUnit('second')

/**
 * Now is in the window of the minute.
 *
 * @example
 * ```ts
 * every('10 minutes').and(timeOfMinute.after('30'))
 * ```
 */
export const timeOfMinute: CyclicCondition = windowOfUnit('minute')

/**
 * Now is in the window of the hour.
 *
 * @example
 * ```ts
 * every('1 minute').and(timeOfHour.between('15:00', '45:00')) // from quarter past to quarter to
 * ```
 */
export const timeOfHour: CyclicCondition = windowOfUnit('hour')

/**
 * Now is in the window of the day, in the task's zone. The end is excluded, and a window may extend across midnight.
 *
 * @example
 * ```ts
 * every('10 minutes').and(timeOfDay.between('08:00', '16:00'))
 * timeOfDay.between('22:00', '06:00')
 * ```
 */
export const timeOfDay: CyclicCondition = windowOfUnit('day')

/**
 * Now is in the window of the week, in the task's zone. A day without a time at its end is included.
 *
 * @example
 * ```ts
 * every('10 minutes').and(timeOfWeek.between('Mon', 'Fri')) // Friday as well
 * ```
 */
export const timeOfWeek: CyclicCondition = windowOfUnit('week')

/**
 * Now is in the window of the month.
 *
 * @example
 * ```ts
 * daily.and(timeOfMonth.before('15th')) // up to and including the fifteenth
 * ```
 */
export const timeOfMonth: CyclicCondition = windowOfUnit('month')

/**
 * Now is in the window of the year.
 *
 * @example
 * ```ts
 * daily.and(timeOfYear.between('Jun', 'Aug'))
 * ```
 */
export const timeOfYear: CyclicCondition = windowOfUnit('year')
