/** The session's clock as the clock of an XState actor system. */
import type { Clock, Undo } from '../clock/clock.ts'

/** XState's interface of a clock. */
interface XStateClock {
  readonly setTimeout: (call: (...args: unknown[]) => void, ms: number) => Undo
  readonly clearTimeout: (undo: unknown) => void
}

/** The timers of XState on a clock, without the limit of 24.8 days that `setTimeout` has. */
export function toXStateClock(clock: Pick<Clock, 'callAfter'>): XStateClock {
  return {
    setTimeout: (call, ms) => clock.callAfter(ms, call),
    clearTimeout: (undo) => (undo as Undo | undefined)?.(),
  }
}
