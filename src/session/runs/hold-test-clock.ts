/** How a test clock waits for work that takes time of the machine's own. */
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import { within } from '../../executors/host-clock.ts'
import { createDeferred } from '../../values/deferred.ts'

/** So long, of real time, a test clock stands still for work in a thread or a process: it may never end by itself. */
const farWorkMs = 1000

type Settle = (settlement: Settlement) => void

/** The settling of far work, for which a clock that is moved by hand waits a while; other clocks know nothing of it. */
export function awaited(settle: Settle, clock: Clock): Settle {
  if (clock.busy === undefined) return settle
  const working = createDeferred()
  clock.busy(within(farWorkMs, working.promise))
  return (settlement) => {
    working.resolve()
    settle(settlement)
  }
}
