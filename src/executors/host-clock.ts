/** The machine's clock for waits that are about the machine itself (a process that does not end), whatever clock a session has. */
import { type Clock, createBackgroundClock, createSystemClock, type Undo } from '../clock/clock.ts'
import { callAfterLived } from '../clock/lived-time.ts'

export const realClock: Clock = createSystemClock()

/** The same for what only looks on: it does not keep the process up. */
export const backgroundClock: Clock = createBackgroundClock()

/** Resolves to true when `ending` settles, to false when that takes longer than `ms`. Never rejects. */
export async function within(ms: number, ending: Promise<unknown>): Promise<boolean> {
  let undo: Undo = () => {}
  const late = new Promise<boolean>((resolve) => {
    undo = callAfterLived(realClock, ms, () => resolve(false))
  })
  const ended = ending.then(
    () => true,
    () => true,
  )
  return Promise.race([ended, late]).finally(undo)
}
