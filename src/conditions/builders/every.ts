/** Interval conditions. */

import type { Action } from '../../../machines/protocol.ts'
import { atDoor } from '../../errors/at-door.ts'
import { type DurationInput, printDuration, toDurationMs } from '../../time/duration/duration.ts'
import type { MomentInput } from '../../time/moment/moment-input.ts'
import { cycle, grid, past } from '../../time/periods.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import { allOf, type ConditionNode, withText } from '../node.ts'

/**
 * Reference of `every`: the task's last start (`run` is the same), or its last finish, success or fail.
 *
 * @example
 * ```ts
 * const based: EveryBase = 'success'
 * every('2 hours', { based }).toString() // 'every 2 hours based on success'
 * ```
 */
export type EveryBase = 'start' | 'run' | 'finish' | 'success' | 'fail'

const bases: Readonly<Record<EveryBase, readonly Action[]>> = {
  start: ['run'],
  run: ['run'],
  finish: ['success', 'fail', 'terminate', 'inaction'],
  success: ['success'],
  fail: ['fail'],
}

/**
 * Options of `every`. Default: measured from the last start, at any time of the day.
 *
 * @example
 * ```ts
 * const options: EveryOptions = { between: ['08:00', '16:00'] }
 * every('10 minutes', options) // 08:00, 08:10, ... 15:50
 * ```
 */
export interface EveryOptions {
  readonly based?: EveryBase
  /** Only between these moments of the day, once in each step counted from the first moment. */
  readonly between?: readonly [MomentInput, MomentInput]
}

/**
 * True if the task has not started within the duration: it runs again exactly that long after its last start. Durations
 * are elapsed time, so a day is 24 hours. `based` measures from the last finish, success or fail instead.
 *
 * On its first start a task runs at once. Add `.and(schedulerRunning({ moreThan }))` to delay it after the session's
 * start, or use `cron`, which waits for its next occurrence.
 *
 * @example
 * ```ts
 * every('10 minutes')
 * every({ hours: 2 }, { based: 'success' })
 * every('10 minutes', { between: ['08:00', '16:00'] }) // 08:00, 08:10, ... 15:50
 * ```
 */
export function every(length: DurationInput | (string & {}), options: EveryOptions = {}): Condition {
  return atDoor(every, () => everyOf(length, options))
}

function everyOf(length: DurationInput | (string & {}), options: EveryOptions): Condition {
  checkOptions(options, ['based', 'between'], 'options of every()')
  const { based = 'start', between } = options
  if (!Object.hasOwn(bases, based))
    throw new RangeError(
      `Cannot use 'based' of every() as it must be one of ${Object.keys(bases).join(', ')}: ${String(based)}`,
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

/**
 * Once in each cell of a grid, measured from the first moment of the day instead of the last run, so that it does not
 * drift.
 */
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
