/** Cron conditions: once per occurrence of an expression, and plain occurrences. */
import { atDoor } from '../../errors/at-door.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import type { Period } from '../../time/period.ts'
import { cronPeriod } from '../../time/periods.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import { allOf, type ConditionNode, withText } from '../node.ts'

/**
 * Fields of a cron expression. A missing field is `*`; without `second` the expression has five fields. Numbers,
 * ranges, steps, lists and names are written as in the expression.
 *
 * @example
 * ```ts
 * const fields: CronFields = { minute: 0, hour: '8-16/2', dayOfWeek: 'MON-FRI' }
 * cron(fields)
 * ```
 */
export interface CronFields {
  readonly second?: string | number
  readonly minute?: string | number
  readonly hour?: string | number
  readonly dayOfMonth?: string | number
  readonly month?: string | number
  readonly dayOfWeek?: string | number
}

/**
 * Options of {@link cron} and {@link crontime}.
 *
 * @example
 * ```ts
 * const options: CronOptions = { grace: '4 hours' }
 * cron('0 2 * * *', options)
 * ```
 */
export interface CronOptions {
  /**
   * Time after an occurrence in which a run may still start, up to the next occurrence, for sessions that were held,
   * busy or stopped at the occurrence. Default: one unit of the finest field (a minute or, with seconds, a second).
   */
  readonly grace?: DurationInput | (string & {})
}

/**
 * Once per occurrence of the cron expression: true from the occurrence until its grace period ends, unless a run has
 * started in it. Occurrences without a run are missed. The expression has five fields, or six with seconds first;
 * names, `L`, `W` and `#` are supported.
 *
 * @example
 * ```ts
 * app.task('report', cron('0 7 * * MON-FRI'), report)
 * app.task('backup', cron('0 2 * * *', { grace: '4 hours' }), backup)
 * app.task('sync', cron({ minute: '0,30', hour: '8-16' }), sync)
 * ```
 */
export function cron(expression: string | CronFields, options: CronOptions = {}): Condition {
  const period = atDoor(cron, () => periodOf('cron', expression, options))
  const notStarted: ConditionNode = Object.freeze({
    kind: 'count',
    task: null,
    actions: Object.freeze(['run'] as const),
    period,
    compare: Object.freeze({ exactly: 0 }),
  })
  return new Condition(
    withText(allOf([Object.freeze({ kind: 'period', period }), notStarted]), String(period)),
  )
}

/**
 * Now is in an occurrence of the cron expression. It does not consider runs.
 *
 * @example
 * ```ts
 * every('10 seconds').and(crontime('* 8-16 * * MON-FRI'))
 * ```
 */
export function crontime(expression: string | CronFields, options: CronOptions = {}): Condition {
  const period = atDoor(crontime, () => periodOf('crontime', expression, options))
  return new Condition(Object.freeze({ kind: 'period', period }))
}

function periodOf(builder: string, expression: string | CronFields, options: CronOptions): Period {
  checkOptions(options, ['grace'], `options of ${builder}()`)
  return cronPeriod(toExpression(expression), options.grace)
}

function toExpression(expression: string | CronFields): string {
  if (typeof expression === 'string') return expression.trim().replace(/\s+/g, ' ')
  if (typeof expression !== 'object' || expression === null)
    throw new TypeError(`Cannot read a cron expression as it must be text or fields: ${String(expression)}`)
  checkOptions(
    expression,
    ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'],
    'fields of a cron expression',
  )
  const { second, minute = '*', hour = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*' } = expression
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek]
  return (second === undefined ? fields : [second, ...fields]).join(' ')
}
