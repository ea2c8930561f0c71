/**
 * The cycles of a session. A *cycle* lasts from a wake until nothing more can launch; what happens without a timer in
 * between belongs to it.
 */
import type { Undo } from '../../clock/clock.ts'
import type { After } from '../events/hook-runner.ts'
import type { Core } from '../state/session-state.ts'

/** Opens and closes cycles, with their hooks, and counts them. */
export class Cycles {
  readonly #core: Core
  /** Wakes the session, where a condition asks for cycles and no timer would make one. */
  readonly #wake: () => void
  /** A timer woke the session since the last cycle began. */
  #wasWoken = false
  #isOpen = false
  #after: After | null = null
  #undoBeat: Undo | null = null

  constructor(core: Core, wake: () => void) {
    this.#core = core
    this.#wake = wake
  }

  /** Forgets the cycles of an earlier start. */
  reset(): void {
    this.#wasWoken = true
    this.#isOpen = false
  }

  /** A timer has fired: the next look opens a cycle. */
  woken(): void {
    this.#wasWoken = true
  }

  /** Begins a cycle if a timer woke the session, then goes on; with async cycle hooks, when they are through. */
  open(next: () => void): void {
    const mayOpen = !this.#isOpen && this.#wasWoken
    // A timer within a cycle belongs to it: it must not make another cycle of what comes later without a timer.
    this.#wasWoken = false
    if (!mayOpen) return next()
    this.#isOpen = true
    const core = this.#core
    core.changes.cycleBegan()
    if (!core.hooks.has('cycle')) return next()
    const onThrow = (error: unknown): void => core.fail('hook', 'A cycle hook failed.', { error })
    core.hooks.before('cycle', core.context(null), onThrow).then((after) => {
      this.#after = after
      next()
    })
  }

  /** Nothing more can launch: ends the cycle, if there is one. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#core.cycles += 1
    const after = this.#after
    this.#after = null
    after?.({})
    this.#core.changes.cycleEnded()
    this.#beat()
  }

  /** Releases its timer. */
  stop(): void {
    this.#undoBeat?.()
    this.#undoBeat = null
  }

  /** While a condition asks for cycles there must be some. */
  #beat(): void {
    if (this.#undoBeat !== null || !this.#core.changes.hearsSession || !this.#core.isActive) return
    this.#undoBeat = this.#core.clock.callAfter(Math.max(1, this.#core.settings.relaunchDelayMs), () => {
      this.#undoBeat = null
      this.#wake()
    })
  }
}
