/** Start-up and shut-down tasks, and the waiting for runs: what a session goes through before and after it launches. */

import type { Capacity } from '../runs/capacity.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Watches } from '../watching/condition-watches.ts'

/** Runs the tasks of a start or a stop, and waits for runs to end. */
export class Sequence {
  readonly #core: Core
  readonly #runs: Runs
  readonly #slots: Capacity
  readonly #watches: Watches
  /** Who waits for a run to end: the start and the stop may both, when a session is stopped while it starts. */
  readonly #waiting: (() => void)[] = []

  constructor(
    core: Core,
    parts: { readonly runs: Runs; readonly slots: Capacity; readonly watches: Watches },
  ) {
    this.#core = core
    this.#runs = parts.runs
    this.#slots = parts.slots
    this.#watches = parts.watches
  }

  /** A run has ended: who waits goes on. */
  runEnded(): void {
    for (const goOn of this.#waiting.splice(0)) goOn()
  }

  /** Start-up or shut-down tasks by priority; `main` work one after the other, the others side by side. */
  async run(kind: 'startup' | 'shutdown', isStopped: () => boolean): Promise<void> {
    const core = this.#core
    // A session that was asked to run some tasks runs these by hand, once each, whatever they are else.
    if (core.only !== null) return
    const isOfKind = (entry: TaskEntry): boolean =>
      (kind === 'startup' ? entry.definition.options.onStartup : entry.definition.options.onShutdown) === true
    const sequence = [...core.entries.values()]
      .filter(isOfKind)
      .sort((a, b) => b.priority - a.priority || a.order - b.order)
    for (const entry of sequence) {
      if (isStopped()) return
      const queued = entry.takeQueued()
      if (queued === undefined && !this.#watches.isForcedOrHolds(entry)) continue
      await this.#waitForSlot(entry)
      this.#runs.launch(entry, queued, { trigger: kind, dueAt: null, period: null })
      while (this.#runs.exclusive > 0) await this.#nextEnd()
    }
  }

  /** Resolves when no run lives; those that live on after the drain timeout are told to end by `terminateAll`. */
  async drain(terminateAll: () => void): Promise<void> {
    if (this.#runs.living === 0) return
    const { clock, settings } = this.#core
    const { drainTimeoutMs } = settings
    const undo =
      drainTimeoutMs === Number.POSITIVE_INFINITY ? () => {} : clock.callAfter(drainTimeoutMs, terminateAll)
    while (this.#runs.living > 0) await this.#nextEnd()
    undo()
  }

  async #waitForSlot(entry: TaskEntry): Promise<void> {
    const { clock } = this.#core
    for (let lack = this.#slots.shortageOf(entry); lack !== null; lack = this.#slots.shortageOf(entry))
      if (lack.untilMono === null) await this.#nextEnd()
      else await clock.sleep(Math.max(0, lack.untilMono - clock.monotonic()))
  }

  #nextEnd(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }
}
