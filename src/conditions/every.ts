/** Once per length of time, and once per occurrence of a cron expression. */
import type { Action } from '../../machines/protocol.ts'
import { cronPeriod, cycle, grid, past } from '../time/builders.ts'
import { type DurationInput, printDuration, toDurationMs } from '../time/duration.ts'
import type { MomentInput } from '../time/moment-value.ts'
import { Condition } from './condition.ts'
import { checkOptions } from './known-options.ts'
import { allOf, type ConditionNode, withText } from './node.ts'

/** What `every` measures from. */
export type EveryBase = 'start' | 'run' | 'finish' | 'success' | 'fail'

const bases: Readonly<Record<EveryBase, readonly Action[]>> = {
  start: ['run'],
  run: ['run'],
  finish: ['success', 'fail', 'terminate', 'inaction'],
  success: ['success'],
  fail: ['fail'],
}

/** How `every` measures. */
export interface EveryOptions {
  readonly based?: EveryBase
  /** Only between these moments of the day, once in each step counted from the first. */
  readonly between?: readonly [MomentInput, MomentInput]
}

/**
 * The task has not started in the past so long: it runs again exactly that long after it last started. Elapsed time, so a
 * day is 24 hours. `based` measures from its last finish, success or fail instead.
 *
 * @example
 * ```ts
 * every('10 minutes')
 * every({ hours: 2 }, { based: 'success' })
 * every('10 minutes', { between: ['08:00', '16:00'] }) // 08:00, 08:10, ... 15:50
 * ```
 */
export function every(length: DurationInput | (string & {}), options: EveryOptions = {}): Condition {
  checkOptions('every', options, ['based', 'between'])
  const { based = 'start', between } = options
  if (!Object.hasOwn(bases, based))
    throw new RangeError(
      `Cannot measure 'every' from that as it must be one of ${Object.keys(bases).join(', ')}: ${String(based)}`,
    )
  const ms = toDurationMs(length)
  if (between !== undefined) return new Condition(everyWithin(ms, between, bases[based], based))
  const text = `every ${printDuration(ms)}`
  const node: ConditionNode = Object.freeze({
    kind: 'count',
    task: null,
    actions: bases[based],
    period: past(ms),
    compare: Object.freeze({ exactly: 0 }),
  })
  return new Condition(
    withText(node, based === 'start' || based === 'run' ? text : `${text} based on ${based}`),
  )
}

/** Once in each cell of a grid: measured from the first moment of the day and not from the last run, so it never drifts. */
function everyWithin(
  ms: number,
  between: readonly [MomentInput, MomentInput],
  actions: readonly Action[],
  based: EveryBase,
): ConditionNode {
  const window = cycle('day', { between })
  const cells = grid(ms, window)
  const words = String(window).slice('time of day'.length)
  const count: ConditionNode = Object.freeze({
    kind: 'count',
    task: null,
    actions,
    period: cells,
    compare: Object.freeze({ exactly: 0 }),
  })
  const text = `every ${printDuration(ms)}${words}`
  return withText(
    allOf([Object.freeze({ kind: 'period', period: cells }), count]),
    based === 'start' || based === 'run' ? text : `${text} based on ${based}`,
  )
}

/** The fields of a cron expression, each `*` if left out. */
export interface CronFields {
  readonly second?: string | number
  readonly minute?: string | number
  readonly hour?: string | number
  readonly dayOfMonth?: string | number
  readonly month?: string | number
  readonly dayOfWeek?: string | number
}

/**
 * Once per occurrence of a cron expression (5 fields, or 6 with seconds; names, `L`, `W`, `#`), judged by starts.
 *
 * @example
 * ```ts
 * cron('0 7 * * MON-FRI')
 * cron({ minute: '0,30', hour: '8-16' })
 * ```
 */
export function cron(expression: string | CronFields): Condition {
  const text = toExpression(expression)
  const period = cronPeriod(text)
  const notStarted: ConditionNode = Object.freeze({
    kind: 'count',
    task: null,
    actions: ['run'] as const,
    period,
    compare: Object.freeze({ exactly: 0 }),
  })
  return new Condition(
    withText(allOf([Object.freeze({ kind: 'period', period }), notStarted]), `cron ${text}`),
  )
}

/** Now is in an occurrence of the cron expression; it remembers no runs. */
export function crontime(expression: string | CronFields): Condition {
  return new Condition(Object.freeze({ kind: 'period', period: cronPeriod(toExpression(expression)) }))
}

function toExpression(expression: string | CronFields): string {
  if (typeof expression === 'string') return expression.trim().replace(/\s+/g, ' ')
  if (typeof expression !== 'object' || expression === null)
    throw new TypeError(`Cannot read a cron expression as it must be text or fields: ${String(expression)}`)
  checkOptions('cron', expression, ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'])
  const { second, minute = '*', hour = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*' } = expression
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek]
  return (second === undefined ? fields : [second, ...fields]).join(' ')
}
