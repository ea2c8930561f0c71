/** The clock of watches, which wakes them at an instant, or earlier if the clock jumps. */
import type { Clock, Undo } from '../../clock/clock.ts'
import type { Backlog } from '../../clock/slices.ts'
import type { WakeClock } from '../../conditions/facts.ts'

export interface WatchClockDeps {
  readonly clock: Clock
  readonly backlog: Backlog
  /** Notified when a timer has fired, before the watch is woken. */
  readonly launcher: { woken(): void }
}

/** A planned wake of a watch. */
interface Alarm {
  /** Epoch ms. */
  readonly at: number
  readonly wake: () => void
  readonly undoTimer: Undo
}

/** The clock of a session's watches. */
export class WatchClock implements WakeClock {
  /** The instant for which a watch is being woken, epoch ms, since its timer may be late; otherwise null. */
  wokenFor: number | null = null
  readonly #deps: WatchClockDeps
  readonly #alarms = new Set<Alarm>()
  /** The wakes after a jump of the clock that wait for their slice. */
  readonly #jumps = new Map<Alarm, () => void>()
  /** Removes the listener for jumps, which serves all watches. */
  #undoListener: Undo | null = null

  constructor(deps: WatchClockDeps) {
    this.#deps = deps
  }

  now(): number {
    return this.#deps.clock.now()
  }

  wakeAt(at: number, wake: () => void): () => void {
    const { clock, launcher } = this.#deps
    const undoTimer = clock.callAt(at, () => {
      this.#drop(alarm)
      launcher.woken()
      this.#wake(alarm)
    })
    const alarm: Alarm = { at, wake, undoTimer }
    this.#alarms.add(alarm)
    this.#undoListener ??= clock.onJump(() => this.#jumped())
    return () => {
      alarm.undoTimer()
      this.#drop(alarm)
    }
  }

  /** Wakes all watches, in slices. */
  #jumped(): void {
    for (const alarm of this.#alarms)
      this.#jumps.set(alarm, () => {
        this.#jumps.delete(alarm)
        alarm.undoTimer()
        this.#wake(alarm)
      })
    this.#alarms.clear()
    this.#deps.backlog.add([...this.#jumps.values()])
  }

  #wake({ at, wake }: Alarm): void {
    this.wokenFor = Math.min(at, this.#deps.clock.now())
    try {
      wake()
    } finally {
      this.wokenFor = null
    }
  }

  #drop(alarm: Alarm): void {
    const jump = this.#jumps.get(alarm)
    if (jump !== undefined) this.#deps.backlog.drop(jump)
    this.#jumps.delete(alarm)
    this.#alarms.delete(alarm)
    if (this.#alarms.size > 0) return
    this.#undoListener?.()
    this.#undoListener = null
  }
}
