/** The timers of relaunch delays: a task whose condition still holds after a run launches again only after a delay. */
import type { Clock, Undo } from '../../clock/clock.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { TaskEntry } from '../state/task-state.ts'

export interface RelaunchDelaysDeps {
  readonly clock: Clock
  /** Called when a timer fires, before the task is notified. */
  readonly onTimer: () => void
}

export class RelaunchDelays {
  readonly #deps: RelaunchDelaysDeps
  readonly #undos = new Map<TaskEntry, Undo>()

  constructor(deps: RelaunchDelaysDeps) {
    this.#deps = deps
  }

  /** Starts the timer of a task; `relaunchAt` is on the monotonic clock. */
  start(entry: TaskEntry, relaunchAt: number): void {
    this.stop(entry)
    const { clock } = this.#deps
    const undo = clock.callAfter(Math.max(0, relaunchAt - clock.monotonic()), () => {
      this.#undos.delete(entry)
      this.#deps.onTimer()
      tell(entry.actor, { type: 'delay.passed' })
    })
    this.#undos.set(entry, undo)
  }

  stop(entry: TaskEntry): void {
    this.#undos.get(entry)?.()
    this.#undos.delete(entry)
  }

  stopAll(): void {
    for (const undo of this.#undos.values()) undo()
    this.#undos.clear()
  }
}
