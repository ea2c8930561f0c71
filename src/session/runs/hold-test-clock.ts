/** How a test clock waits for work that takes time of the machine's own. */
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import { within } from '../../executors/host-clock.ts'

/** So long, of real time, a test clock stands still for work in a thread or a process: it may never end by itself. */
const farWorkMs = 1000

type Settle = (settlement: Settlement) => void

/** The settling of far work, for which a clock that is moved by hand waits a while; other clocks know nothing of it. */
export function awaited(settle: Settle, clock: Clock): Settle {
  if (clock.busy === undefined) return settle
  let settled = (): void => {}
  const working = new Promise<void>((resolve) => {
    settled = resolve
  })
  clock.busy(within(farWorkMs, working))
  return (settlement) => {
    settled()
    settle(settlement)
  }
}
