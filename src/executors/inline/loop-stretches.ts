/**
 * Attribution of event-loop time: stretches of work that ran in one go. The loop belongs to the process, so
 * the stretches of all sessions are kept in one place.
 *
 * Measured is what is called from here: the work of a run up to its first await, and parts of the scheduler. What a run does
 * after an await is called by the engine and by nobody who could measure it at a bearable cost.
 */

import { monotonicNow } from '../../clock/clock.ts'

/** Shorter stretches explain no hold that is worth telling. */
const leastMs = 20
/** The number of most recent stretches that are kept. */
const mostStretches = 100

/** The holder of the event loop: the work of a task, or a part of the scheduler. */
export type StretchOwner = { readonly task: string } | { readonly part: string }

/** Work that ran in one go, without what others measured within it. */
export interface Stretch {
  readonly by: StretchOwner
  readonly began: number
  readonly ended: number
  /** The time of the stretch itself, ms. */
  readonly ownMs: number
  /** It was reported already. */
  isTold: boolean
}

/** Measures stretches, and keeps the long ones of the last time. */
export class Stretches {
  readonly #now: () => number
  #stretches: Stretch[] = []
  /** The time of the stretches nested in the one under way. */
  #withinMs = 0

  constructor(now: () => number = monotonicNow) {
    this.#now = now
  }

  /** Calls, and gives the stretch to `onEnd` if it was long. */
  measure<R>(by: StretchOwner, call: () => R, onEnd?: (stretch: Stretch) => void): R {
    const began = this.#now()
    const outerMs = this.#withinMs
    this.#withinMs = 0
    try {
      return call()
    } finally {
      const ended = this.#now()
      const ownMs = ended - began - this.#withinMs
      this.#withinMs = outerMs + (ended - began)
      if (ownMs >= leastMs) {
        const stretch: Stretch = { by, began, ended, ownMs, isTold: false }
        this.#stretches.push(stretch)
        if (this.#stretches.length > mostStretches) this.#stretches.shift()
        onEnd?.(stretch)
      }
    }
  }

  /** Those that ran in that time, or a part of it. */
  between(from: number, until: number): readonly Stretch[] {
    return this.#stretches.filter(({ began, ended }) => ended > from && began < until)
  }
}

/** The stretches of this process. */
export const stretches = new Stretches()
