/** Once per occurrence of a cron expression, and the bare time of its occurrences. */
import { atDoor } from '../../errors/at-door.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import type { Period } from '../../time/period.ts'
import { cronPeriod } from '../../time/periods.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import { allOf, type ConditionNode, withText } from '../node.ts'

/**
 * The fields of a cron expression, each `*` if left out (`second`: no such field). Numbers, ranges, steps, lists and
 * names are written as in the expression.
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
 * How an occurrence is waited for.
 *
 * @example
 * ```ts
 * const options: CronOptions = { grace: '4 hours' }
 * cron('0 2 * * *', options)
 * ```
 */
export interface CronOptions {
  /**
   * How long after its occurrence a run may still start, up to the next one: for a session that is held, busy or not there
   * just then. Default: one unit of the finest field, a minute or, with seconds, a second.
   */
  readonly grace?: DurationInput | (string & {})
}

/**
 * Once per occurrence of the cron expression: it holds from the occurrence until its grace is over, while no run has started in it.
 * What lapses is missed. Five fields, or six with seconds first; names, `L`, `W`, `#` are understood.
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
 * Now is in an occurrence of the cron expression; it remembers no runs.
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
