/** The running state of a session, in which conditions are watched and ready tasks launch. */
import type { Clock } from '../../clock/clock.ts'
import { inSlices } from '../../clock/slices.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Launcher } from '../launching/launcher.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'
import type { StartWarnings } from '../tasks/start-warnings.ts'
import { doubtCircles, type NameWarnings } from '../tasks/task-warnings.ts'
import type { Watches } from '../watching/condition-watches.ts'

export interface RunningDeps {
  readonly clock: Clock
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly registry: Registry
  readonly launcher: Pick<Launcher, 'isPaused' | 'pause' | 'unpause' | 'woken'>
  readonly watches: Pick<Watches, 'watchAll' | 'watchShutCondition'>
  readonly starts: Pick<StartWarnings, 'begin' | 'isOff'>
  readonly names: Pick<NameWarnings, 'look' | 'sumUp'>
}

export class Running {
  readonly #deps: RunningDeps

  constructor(deps: RunningDeps) {
    this.#deps = deps
  }

  /** Watches conditions until the signal aborts; calls back when tasks may launch. */
  watch(signal: AbortSignal, onBegun: () => void): void {
    // Deferred until after the machine's step: conditions and listeners may send events, which need the new state.
    this.#deps.clock.defer(() => {
      if (!signal.aborted) this.#begin(signal, onBegun)
    })
  }

  #begin(signal: AbortSignal, onBegun: () => void): void {
    const { clock, reporter, launcher, watches } = this.#deps
    reporter.news.tell({ type: 'session.started', at: clock.now() })
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
    this.#deps.clock.defer(() => {
      if (this.#deps.sessionActor.isActive && !this.#deps.launcher.isPaused) this.#launch()
    })
  }

  #launch(): void {
    this.#deps.launcher.woken()
  }

  /** Checks tasks for likely mistakes, in slices and in parallel with the start: nothing waits for it. */
  #lookForDoubts(signal: AbortSignal): void {
    const { clock, reporter, registry, starts, names } = this.#deps
    if (starts.isOff) return
    const finish = (): void => {
      names.sumUp()
      if (!signal.aborted) doubtCircles(this.#deps)
    }
    const looking = inSlices(
      clock,
      registry.entries.values(),
      (entry) => {
        if (!entry.isRemoved) names.look(entry)
      },
      () => !signal.aborted,
    )
    if (looking === undefined) finish()
    else looking.then(finish, (error) => reporter.failFatally(error))
    starts.begin()
  }
}
