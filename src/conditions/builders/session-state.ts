/** What is true of the session: how long it has run, how many cycles it has had, its params. */
import { atDoor } from '../../errors/at-door.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import { allOf, type Comparison, type ConditionNode } from '../node.ts'

/** Limits of an age. */
export interface AgeLimits {
  readonly moreThan?: DurationInput | (string & {})
  readonly lessThan?: DurationInput | (string & {})
}

/** Limits of a number of cycles. */
export interface CycleLimits {
  readonly moreThan?: number
  readonly lessThan?: number
  readonly atLeast?: number
  readonly atMost?: number
  readonly exactly?: number
}

/**
 * The session has run for at least, or at most, so long.
 *
 * @example
 * ```ts
 * createApp({ shutCondition: schedulerRunning({ moreThan: '1 hour' }) })
 * ```
 */
export function schedulerRunning(limits: AgeLimits = {}): Condition {
  return atDoor(schedulerRunning, () => ofAge(limits))
}

function ofAge(limits: AgeLimits): Condition {
  checkOptions(limits, ['moreThan', 'lessThan'], 'options of schedulerRunning()')
  const { moreThan, lessThan } = limits
  const moreThanMs = moreThan === undefined ? null : toDurationMs(moreThan)
  const lessThanMs = lessThan === undefined ? null : toDurationMs(lessThan)
  const parts: ConditionNode[] = []
  // Two limits are two parts: each has words of its own.
  if (moreThanMs !== null || lessThanMs === null) parts.push(sessionNode(moreThanMs, null, null))
  if (lessThanMs !== null) parts.push(sessionNode(null, lessThanMs, null))
  return new Condition(allOf(parts))
}

/**
 * The session has had so many cycles.
 *
 * @example
 * ```ts
 * createApp({ shutCondition: schedulerCycles({ atLeast: 3 }) })
 * ```
 */
export function schedulerCycles(limits: CycleLimits): Condition {
  return atDoor(schedulerCycles, () => ofCycles(limits))
}

function ofCycles(limits: CycleLimits): Condition {
  checkOptions(
    limits,
    ['moreThan', 'lessThan', 'atLeast', 'atMost', 'exactly'],
    'options of schedulerCycles()',
  )
  for (const [name, value] of Object.entries(limits))
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(
        `Cannot compare cycles as '${name}' must be a whole number from 0: ${String(value)}`,
      )
  const parts = Object.entries(limits).map(([name, value]) =>
    // There are words for less than, none for at most.
    sessionNode(null, null, name === 'atMost' ? { lessThan: value + 1 } : { [name]: value }),
  )
  if (parts.length === 0) throw new TypeError('Cannot compare cycles as a limit must be given: none')
  return new Condition(allOf(parts))
}

function sessionNode(
  moreThanMs: number | null,
  lessThanMs: number | null,
  cycles: Comparison | null,
): ConditionNode {
  return Object.freeze({
    kind: 'session',
    moreThanMs,
    lessThanMs,
    cycles: cycles === null ? null : Object.freeze(cycles),
  })
}

/**
 * The session has a param of each of these names.
 *
 * @example
 * ```ts
 * app.task('report', daily.and(paramExists('mail')), () => {})
 * app.params({ mail: 'ada@example.org' }) // now it may run
 * ```
 */
export function paramExists(name: string, ...more: readonly string[]): Condition {
  return atDoor(paramExists, () => {
    const [first, ...rest] = [name, ...more].map((each) => paramCondition(each, false, undefined))
    return first!.and(...rest)
  })
}

/**
 * The session has a param of that name with that value (text also matches the number it reads as).
 *
 * @example
 * ```ts
 * app.task('report', daily.and(paramIs('stage', 'production')), () => {})
 * app.params({ stage: 'production' }) // now it may run
 * ```
 */
export function paramIs(name: string, value: unknown): Condition {
  return atDoor(paramIs, () => paramCondition(name, true, value))
}

function paramCondition(name: string, hasValue: boolean, value: unknown): Condition {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(
      `Cannot ask for a param as its name must be a non-empty string: ${name === '' ? "''" : String(name)}`,
    )
  return new Condition(Object.freeze({ kind: 'param', name, hasValue, value }))
}
