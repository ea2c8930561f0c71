/** The running state of a session, in which conditions are watched and ready tasks launch. */
import { inSlices } from '../../clock/slices.ts'
import type { Launcher } from '../launching/launcher.ts'
import type { Core } from '../state/session-state.ts'
import type { StartWarnings } from '../tasks/start-warnings.ts'
import { doubtCircles, type NameWarnings } from '../tasks/task-warnings.ts'
import type { Watches } from '../watching/condition-watches.ts'

/** Session parts that a running session uses. */
export interface RunningParts {
  readonly launcher: Launcher
  readonly watches: Watches
  readonly starts: StartWarnings
  readonly names: NameWarnings
}

export class Running {
  readonly #core: Core
  readonly #parts: RunningParts

  constructor(core: Core, parts: RunningParts) {
    this.#core = core
    this.#parts = parts
  }

  /** Watches conditions until the signal aborts; calls back when tasks may launch. */
  watch(signal: AbortSignal, onBegun: () => void): void {
    // Deferred until after the machine's step: conditions and listeners may send events, which need the new state.
    this.#core.clock.defer(() => {
      if (!signal.aborted) this.#begin(signal, onBegun)
    })
  }

  #begin(signal: AbortSignal, onBegun: () => void): void {
    const core = this.#core
    const { launcher, watches } = this.#parts
    core.news.tell({ type: 'session.started', at: core.clock.now() })
    this.#lookForDoubts(signal)
    // A listener may have stopped the session: a watch that begins now would never end.
    if (signal.aborted || watches.watchShutCondition()) return onBegun()
    // Launches wait until all conditions are watched, so that priority decides and not the order of watching.
    launcher.pause()
    watches.watchAll(signal, () => {
      if (signal.aborted) return
      launcher.unpause()
      this.#launch()
      onBegun()
    })
  }

  /** Continues launches after a pause. */
  resume(): void {
    this.#core.clock.defer(() => {
      if (this.#core.isActive && !this.#parts.launcher.isPaused) this.#launch()
    })
  }

  #launch(): void {
    this.#parts.launcher.woken()
    this.#parts.launcher.considerAll()
  }

  /** Checks tasks for likely mistakes, in slices and in parallel with the start: nothing waits for it. */
  #lookForDoubts(signal: AbortSignal): void {
    const core = this.#core
    const { starts, names } = this.#parts
    if (starts.isOff) return
    const finish = (): void => {
      names.sumUp()
      if (!signal.aborted) doubtCircles(core)
    }
    const looking = inSlices(
      core.clock,
      core.entries.values(),
      (entry) => {
        if (!entry.isRemoved) names.look(entry)
      },
      () => !signal.aborted,
    )
    if (looking === undefined) finish()
    else looking.then(finish, (error) => core.failFatally(error))
    starts.begin()
  }
}
