/**
 * The pacing of forecasts: slices of real time with turns of the event loop between them, and a limited number of forecasts at once
 * per process.
 */
import { nextTurn } from '../../clock/system-clock.ts'
import { realClock } from '../../executors/host-clock.ts'

/** The duration of a slice, ms. */
const sliceMs = 8
/** The maximum number of forecasts at once in a process; others wait, in order. */
const maxAtOnce = 2

let underWay = 0
const waiting = new Set<() => void>()

/** The pace of one forecast. */
export class Pace {
  readonly #signal: AbortSignal | undefined
  #until = realClock.monotonic() + sliceMs

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  /** True if the slice is over, so that the forecast must yield to the event loop. */
  isOver(): boolean {
    return realClock.monotonic() >= this.#until
  }

  /** Resolves in a later turn of the event loop; rejects with the signal's reason if the forecast is cancelled. */
  async giveWay(): Promise<void> {
    this.#signal?.throwIfAborted()
    await nextTurn()
    this.#signal?.throwIfAborted()
    this.#until = realClock.monotonic() + sliceMs
  }
}

/** Runs a forecast as soon as fewer than the maximum are running. A cancelled forecast leaves the queue at once. */
export async function inTurn<T>(
  signal: AbortSignal | undefined,
  play: (pace: Pace) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  if (underWay < maxAtOnce) underWay += 1
  else await turn(signal)
  try {
    return await play(new Pace(signal))
  } finally {
    const [next] = waiting
    if (next === undefined) underWay -= 1
    else next()
  }
}

/** Waits in the queue until a finished forecast calls back. */
function turn(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      waiting.delete(go)
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    const leave = (): void => {
      waiting.delete(go)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    waiting.add(go)
  })
}
