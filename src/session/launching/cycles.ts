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
  /** Wakes the session where a condition asks for cycles and no other timer would open one. */
  readonly #wake: () => void
  /** True if a timer woke the session since the last cycle began. */
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

  /** Marks that a timer has fired: the next evaluation opens a cycle. */
  woken(): void {
    this.#wasWoken = true
  }

  /** Begins a cycle if a timer woke the session, then calls back; with async cycle hooks, after they have finished. */
  open(next: () => void): void {
    const mayOpen = !this.#isOpen && this.#wasWoken
    // A timer within a cycle belongs to it: it must not open another cycle for what follows without a timer.
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

  /** Ends the open cycle, if any: nothing more can launch. */
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

  /** Releases the timer. */
  stop(): void {
    this.#undoBeat?.()
    this.#undoBeat = null
  }

  /** Sets a timer: while a condition asks for cycles, cycles must occur. */
  #beat(): void {
    if (this.#undoBeat !== null || !this.#core.changes.hearsSession || !this.#core.isActive) return
    this.#undoBeat = this.#core.clock.callAfter(Math.max(1, this.#core.settings.relaunchDelayMs), () => {
      this.#undoBeat = null
      this.#wake()
    })
  }
}
