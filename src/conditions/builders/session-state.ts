/** Conditions on the session: its age, number of cycles, and params. */
import { atDoor } from '../../errors/at-door.ts'
import { type DurationInput, toDurationMs } from '../../time/duration/duration.ts'
import { checkOptions } from '../../values/check-options.ts'
import { Condition } from '../condition.ts'
import { allOf, type Comparison, type ConditionNode } from '../node.ts'

/** Limits of the session's age. */
export interface AgeLimits {
  readonly moreThan?: DurationInput | (string & {})
  readonly lessThan?: DurationInput | (string & {})
}

/** Limits of the session's number of cycles. */
export interface CycleLimits {
  readonly moreThan?: number
  readonly lessThan?: number
  readonly atLeast?: number
  readonly atMost?: number
  readonly exactly?: number
}

/**
 * The session has run for at least, or at most, the given duration.
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
  // Two limits become two parts, as each has its own statement.
  if (moreThanMs !== null || lessThanMs === null) parts.push(sessionNode(moreThanMs, null, null))
  if (lessThanMs !== null) parts.push(sessionNode(null, lessThanMs, null))
  return new Condition(allOf(parts))
}

/**
 * The session has completed the given number of cycles.
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
        `Cannot compare cycles as '${name}' must be a whole number of at least 0: ${String(value)}`,
      )
  const parts = Object.entries(limits).map(([name, value]) =>
    // The statement language has "less than", but not "at most".
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
 * The session has params with all of these names.
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
 * The session has a param with that name and value (text also matches the number it denotes).
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
      `Cannot use a param in a condition as its name must be a non-empty string: ${name === '' ? "''" : String(name)}`,
    )
  return new Condition(Object.freeze({ kind: 'param', name, hasValue, value }))
}
