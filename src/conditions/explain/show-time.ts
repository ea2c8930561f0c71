/** Formats instants and durations as text for users. */
import { printDuration } from '../../time/duration/duration.ts'
import { toDateTime } from '../../time/zone/zone.ts'

const secondMs = 1000

/**
 * An instant as the zone's clock shows it: with the date if it is not the day of `now`, with the seconds if they are
 * not zero, and with the offset if it is not that of `now`.
 */
export function showTime(at: number, zone: string, now: number): string {
  if (!Number.isFinite(at)) return at > 0 ? 'the end of time' : 'the beginning of time'
  const time = toDateTime(at, zone)
  const present = toDateTime(now, zone)
  const date = time.hasSame(present, 'day') ? '' : 'yyyy-MM-dd '
  const seconds = Math.floor(at / secondMs) % 60 === 0 ? '' : ':ss'
  const offset = time.offset === present.offset ? '' : ' ZZ'
  return time.toFormat(`${date}HH:mm${seconds}${offset}`)
}

/** A remaining duration: in whole seconds, rounded up, or in ms if it is shorter. */
export function showLength(ms: number): string {
  return printDuration(ms < secondMs ? Math.ceil(ms) : Math.ceil(ms / secondMs) * secondMs)
}

/** An elapsed duration in whole seconds. */
export function showAge(ms: number): string {
  return printDuration(Math.floor(ms / secondMs) * secondMs)
}

/** A count of times: `once`, `2 times`. */
export function showTimes(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

/** A count of nouns: `1 run`, `2 runs`. */
export function showCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
