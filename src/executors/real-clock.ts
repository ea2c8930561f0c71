/** The machine's clock for waits that are about the machine itself (a process that does not end), whatever clock a session has. */
import { type Clock, createBackgroundClock, createSystemClock } from '../clock.ts'

export const realClock: Clock = createSystemClock()

/** The same for what only looks on: it does not keep the process up. */
export const backgroundClock: Clock = createBackgroundClock()

/** Resolves when `ending` does, or when that has taken `ms`; then to false. Never rejects. */
export async function within(ms: number, ending: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController()
  const ended = ending.then(
    () => true,
    () => true,
  )
  const late = realClock.sleep(ms, { signal: stop.signal }).then(
    () => false,
    () => false,
  )
  return Promise.race([ended, late]).finally(() => stop.abort())
}
