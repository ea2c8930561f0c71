/** Formats instants and lengths as text for people. */
import { printDuration } from '../../time/duration/duration.ts'
import { toDateTime } from '../../time/zone/zone.ts'

const secondMs = 1000

/**
 * An instant as the zone's clock shows it: with the date where it is not the day of `now`, with the seconds where there are
 * some, with the offset where that is not the one of `now`.
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

/** A length, or what is left of one: in whole seconds, rounded up, or in ms where it is shorter. */
export function showLength(ms: number): string {
  return printDuration(ms < secondMs ? Math.ceil(ms) : Math.ceil(ms / secondMs) * secondMs)
}

/** The elapsed time, in whole seconds. */
export function showAge(ms: number): string {
  return printDuration(Math.floor(ms / secondMs) * secondMs)
}

/** `once`, `2 times`. */
export function showTimes(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

/** `1 run`, `2 runs`. */
export function showCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
