/**
 * The cycles of a session. A *cycle* lasts from a wake by a timer until nothing more can launch; launches without a timer in between
 * belong to it.
 */
import type { Clock, Undo } from '../../clock/clock.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import type { After, HookRunner } from '../events/hook-runner.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Contexts } from '../runs/contexts.ts'
import type { CycleCount } from '../state/ports.ts'

export interface CyclesDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly hooks: HookRunner
  readonly changes: ConditionChanges
  readonly contexts: Contexts
  /** Wakes the session if a condition depends on cycles and no other timer would open one. */
  readonly wake: () => void
}

/** Opens and closes cycles, with their hooks, and counts them. */
export class Cycles implements CycleCount {
  /** The number of cycles since the start. */
  count = 0
  readonly #deps: CyclesDeps
  /** True if a timer woke the session since the last cycle began. */
  #wasWoken = false
  #isOpen = false
  #after: After | null = null
  /** Identifies the start of the session: a hook that began in an earlier one opens no cycle. */
  #start = {}
  #undoBeat: Undo | null = null

  constructor(deps: CyclesDeps) {
    this.#deps = deps
  }

  /** Forgets the cycles of an earlier start. */
  reset(): void {
    this.count = 0
    this.#wasWoken = true
    this.#isOpen = false
    this.#start = {}
  }

  /** Marks that a timer has fired: the next evaluation opens a cycle. */
  woken(): void {
    this.#wasWoken = true
  }

  /** Begins a cycle if a timer woke the session, then calls back; with async cycle hooks, after they have finished. */
  open(next: () => void): void {
    const mayOpen = !this.#isOpen && this.#wasWoken
    // A timer within a cycle belongs to it, and must not open another cycle for later launches without a timer.
    this.#wasWoken = false
    if (!mayOpen) return next()
    this.#isOpen = true
    const { changes, contexts, hooks, reporter } = this.#deps
    changes.cycleBegan()
    if (!hooks.byKind.has('cycle')) return next()
    const onThrow = (error: unknown): void => reporter.fail('hook', 'A cycle hook failed.', { error })
    const start = this.#start
    hooks.before('cycle', contexts.of(null), onThrow).then((after) => {
      if (start !== this.#start) return after({})
      this.#after = after
      next()
    })
  }

  /** Ends the open cycle, if any: nothing more can launch. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.count += 1
    const after = this.#after
    this.#after = null
    after?.({})
    this.#deps.changes.cycleEnded()
    this.#beat()
  }

  /** Continues the count of another session, for a simulation of it. */
  continue({ count }: CycleCount): void {
    this.count = count
  }

  /** Releases the timer. */
  stop(): void {
    this.#undoBeat?.()
    this.#undoBeat = null
  }

  /** Sets a timer, since cycles must occur while a condition depends on them. */
  #beat(): void {
    const { clock, changes, configuration, sessionActor } = this.#deps
    if (this.#undoBeat !== null || !changes.hearsSession || !sessionActor.isActive) return
    this.#undoBeat = clock.callAfter(Math.max(1, configuration.settings.relaunchDelayMs), () => {
      this.#undoBeat = null
      this.#deps.wake()
    })
  }
}
