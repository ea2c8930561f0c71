/** Checks of durations in options, in ms. */
import { toDurationMs } from '../../time/duration/duration.ts'

/** A timeout in ms, Infinity for `'never'`. Throws a `RangeError` for 0, which would end each run before it begins. */
export function toTimeout(value: unknown, name: string): number {
  if (value === 'never') return Number.POSITIVE_INFINITY
  const ms = toDuration(value, name)
  if (ms > 0) return ms
  throw new RangeError(
    `Cannot set '${name}' as it must be longer than 0: ${String(value)}. 'never' lifts it.`,
  )
}

/** A duration in ms. Throws a `RangeError` if it is negative. */
export function toDuration(value: unknown, name: string): number {
  let ms: number
  try {
    ms = toDurationMs(value as number)
  } catch (error) {
    if (error instanceof Error) error.message = `Cannot set '${name}': ${error.message}`
    throw error
  }
  if (ms >= 0) return ms
  throw new RangeError(`Cannot set '${name}' as it must not be negative: ${String(value)}`)
}
