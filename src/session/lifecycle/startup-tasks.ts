/** The sequence of start-up and shut-down tasks, and the wait for live runs. */

import type { Clock, Undo } from '../../clock/clock.ts'
import { tell } from '../actors/guarded-actor.ts'
import { hasRoom } from '../decision/limits.ts'
import { orderOf } from '../launching/launch-facts.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Registry } from '../state/registry.ts'
import type { Selection } from '../state/selection.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Watches } from '../watching/condition-watches.ts'

export interface SequenceDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly registry: Registry
  readonly selection: Selection
  readonly reporter: Reporter
  readonly runs: Pick<Runs, 'exclusive' | 'living'>
  readonly slots: Pick<Capacity, 'shortageOf'>
  readonly watches: Pick<Watches, 'isForcedOrHolds'>
}

/** Runs the tasks of a start or a stop, and waits for runs to end. */
export class Sequence {
  readonly #deps: SequenceDeps
  /** Callbacks that wait for a run to end. */
  readonly #waiting = new Set<() => void>()

  constructor(deps: SequenceDeps) {
    this.#deps = deps
  }

  /** Notifies the callbacks that a run has ended. */
  runEnded(): void {
    for (const goOn of [...this.#waiting]) goOn()
  }

  has(kind: 'startup' | 'shutdown'): boolean {
    return this.#sequenceOf(kind).length > 0
  }

  #sequenceOf(kind: 'startup' | 'shutdown'): TaskEntry[] {
    // `session.run()` has chosen the tasks, and runs each of them once, even if it is a start-up task.
    if (this.#deps.selection.only !== null) return []
    const isOfKind = (entry: TaskEntry): boolean =>
      (kind === 'startup' ? entry.definition.options.onStartup : entry.definition.options.onShutdown) === true
    return [...this.#deps.registry.entries.values()]
      .filter(isOfKind)
      .sort((a, b) => b.priority - a.priority || a.order - b.order)
  }

  /**
   * Runs start-up or shut-down tasks by priority; `main` work sequentially, the others in parallel. `onTimeout` is called if one of them
   * waits for live runs longer than the drain timeout.
   */
  async run(
    kind: 'startup' | 'shutdown',
    signal: AbortSignal,
    onTimeout: () => void = () => {},
  ): Promise<void> {
    const { runs, watches } = this.#deps
    for (const entry of this.#sequenceOf(kind)) {
      signal.throwIfAborted()
      if (!entry.hasQueued && !watches.isForcedOrHolds(entry)) continue
      const undoWait = this.#afterTimeout(onTimeout)
      try {
        await this.#waitForRoom(entry, signal)
      } finally {
        undoWait()
      }
      tell(entry.actor, { type: 'run.ordered', ...orderOf(this.#deps, entry, kind) })
      const undo = this.#afterTimeout(onTimeout)
      try {
        while (runs.exclusive > 0) await this.#nextEnd(signal)
      } finally {
        undo()
      }
    }
  }

  /** Resolves to true when no run is live, and to false if the drain timeout passes first. */
  async drain(signal: AbortSignal): Promise<boolean> {
    let isOver = false
    const undo = this.#afterTimeout(() => {
      isOver = true
      this.runEnded()
    })
    try {
      while (this.#deps.runs.living > 0 && !isOver) await this.#nextEnd(signal)
    } finally {
      undo()
    }
    return this.#deps.runs.living === 0
  }

  /** Resolves when no run is live; `onTimeout` is called if the drain timeout passes first. */
  async awaitEnds(signal: AbortSignal, onTimeout: () => void): Promise<void> {
    const undo = this.#afterTimeout(onTimeout)
    try {
      while (this.#deps.runs.living > 0) await this.#nextEnd(signal)
    } finally {
      undo()
    }
  }

  #afterTimeout(call: () => void): Undo {
    const { clock, configuration } = this.#deps
    const { drainTimeoutMs } = configuration.settings
    if (this.#deps.runs.living === 0 || drainTimeoutMs === Number.POSITIVE_INFINITY) return () => {}
    return clock.callAfter(drainTimeoutMs, call)
  }

  /** Waits until the concurrency limit of the task and its capacity allow a run. */
  async #waitForRoom(entry: TaskEntry, signal: AbortSignal): Promise<void> {
    const { clock, slots } = this.#deps
    while (!hasRoom(this.#deps, entry, entry.facts.live)) await this.#nextEnd(signal)
    for (let lack = slots.shortageOf(entry); lack !== null; lack = slots.shortageOf(entry))
      if (lack.untilMono === null) await this.#nextEnd(signal)
      else await clock.sleep(Math.max(0, lack.untilMono - clock.monotonic()), { signal })
  }

  /** Resolves when a run ends; rejects as soon as the signal aborts. */
  #nextEnd(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const leave = (): void => {
        this.#waiting.delete(goOn)
        signal.removeEventListener('abort', onAbort)
      }
      const goOn = (): void => {
        leave()
        resolve()
      }
      const onAbort = (): void => {
        leave()
        reject(signal.reason)
      }
      this.#waiting.add(goOn)
      signal.addEventListener('abort', onAbort)
    })
  }
}
