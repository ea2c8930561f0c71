/** Durations as milliseconds, components or text. */
import { showValue } from '../../errors/show-value.ts'
import { MAX_INSTANT } from '../zone/zone.ts'
import { readDuration } from './parse-duration.ts'

/**
 * Duration as components. A day is 24 hours, a week is seven days.
 *
 * @example
 * ```ts
 * const pause: DurationParts = { minutes: 2, seconds: 30 }
 * ```
 */
export interface DurationParts {
  readonly weeks?: number
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly milliseconds?: number
}

type DurationUnit =
  | 'ms'
  | 'millisecond'
  | 'milliseconds'
  | 's'
  | 'sec'
  | 'secs'
  | 'second'
  | 'seconds'
  | 'm'
  | 'min'
  | 'mins'
  | 'minute'
  | 'minutes'
  | 'h'
  | 'hr'
  | 'hrs'
  | 'hour'
  | 'hours'
  | 'd'
  | 'day'
  | 'days'
  | 'w'
  | 'week'
  | 'weeks'

type OneDuration = `${number} ${DurationUnit}` | `${number}${DurationUnit}`

/**
 * Duration as text that the compiler checks: `10 minutes`, `2h`, `1 day, 2 hours`, `10:20:30`, `PT1H30M`.
 *
 * @example
 * ```ts
 * const often: DurationText = '2h30m' // a misspelled unit does not compile
 * ```
 */
export type DurationText =
  | OneDuration
  | `${OneDuration} ${string}`
  | `${OneDuration}, ${string}`
  | `${number}h${number}m`
  | `${number}:${number}:${number}`
  | `P${string}`

/**
 * Duration of elapsed time: milliseconds, components, or text.
 *
 * @example
 * ```ts
 * const timeout: DurationInput = '5 minutes' // or 300_000, or { minutes: 5 }
 * ```
 */
export type DurationInput = number | DurationParts | DurationText

const unitMs: Readonly<Record<keyof DurationParts, number>> = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
}

/**
 * Converts a duration to milliseconds. Fractions of a millisecond are rounded down. Negative durations are allowed:
 * callers that need a positive one check it themselves.
 *
 * Throws a `TypeError` for other types, a `RangeError` for a number out of range, and a `StatementError` for invalid
 * text.
 *
 * @example
 * ```ts
 * toDurationMs('2h30m') // 9_000_000
 * ```
 */
export function toDurationMs(value: DurationInput | (string & {})): number {
  if (typeof value === 'number') return checked(value, value)
  if (typeof value === 'string') return checked(readDuration(value), value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(
      `Cannot use a duration as it must be milliseconds, components or text such as '10 minutes': ${showValue(value)}.`,
    )
  }
  let ms = 0
  for (const [key, amount] of Object.entries(value)) {
    if (amount === undefined) continue
    const unit = unitMs[key as keyof DurationParts]
    if (unit === undefined || typeof amount !== 'number') {
      throw new TypeError(
        `Cannot use a duration as its components must be numbers of ${Object.keys(unitMs).join(', ')}: ${key} = ${String(amount)}.`,
      )
    }
    ms += amount * unit
  }
  return checked(ms, JSON.stringify(value))
}

function checked(ms: number, given: unknown): number {
  // Beyond this limit, doubles cannot represent every millisecond.
  if (!(Math.abs(ms) <= MAX_INSTANT))
    throw new RangeError(
      `Cannot use a duration as it must lie within ±8.64e15 ms, the range of dates: ${given}.`,
    )
  return Math.floor(ms + 1e-6)
}

/**
 * Prints a duration as text that {@link toDurationMs} reads back: `10 minutes`, `2 hours 30 minutes`.
 *
 * @example
 * ```ts
 * printDuration(9_000_000) // '2 hours 30 minutes'
 * ```
 */
export function printDuration(ms: number): string {
  const parts: string[] = []
  let rest = Math.abs(ms)
  for (const unit of ['days', 'hours', 'minutes', 'seconds'] as const) {
    const amount = Math.floor(rest / unitMs[unit])
    rest -= amount * unitMs[unit]
    if (amount > 0) parts.push(`${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`)
  }
  if (rest > 0 || parts.length === 0) parts.push(rest > 0 ? `${rest} ms` : '0 seconds')
  return (ms < 0 ? '-' : '') + parts.join(' ')
}
