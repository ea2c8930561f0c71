/** Start conditions of generated apps, numbered so that fast-check can choose and shrink them. */
import { afterSuccess, any, cron, daily, every, hourly, not, retry, running, type Start } from 'gantry'

export interface MadeUpStart {
  /** Number of the start, from 0: the first eight depend on times and successes alone. */
  readonly kind: number
  /** A time of day, in minutes; the start's other numbers are derived from it. */
  readonly minutes: number
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `before` names the task that the start may depend on. */
export function startOf({ kind, minutes }: MadeUpStart, before: string): Start {
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  const starts: readonly Start[] = [
    daily.after(time),
    daily.at(time),
    every({ minutes: 30 + minutes }),
    cron(`${minutes % 60} */${1 + (minutes % 5)} * * *`),
    hourly.at(`${two(minutes % 60)}:00`),
    afterSuccess(before),
    daily.and(afterSuccess(before)),
    any(daily.at(time), every({ minutes: 60 + minutes })),
    any(daily.after(time), retry(2, { delay: { minutes: 1 + (minutes % 90) }, factor: 2 })),
    every({ minutes: 20 + (minutes % 60) }).and(not(running(before))),
  ]
  return starts[kind]!
}
