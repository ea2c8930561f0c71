/**
 * Attribution of event-loop time to stretches of synchronous work. The event loop belongs to the process, so the stretches of all
 * sessions are kept in one place.
 *
 * Only calls made from here are measured: the work of a run up to its first await, and parts of the scheduler. The engine calls
 * the rest of a run after an await, which cannot be measured at a bearable cost.
 */

import { monotonicNow } from '../../clock/system-clock.ts'

/** The minimum duration of a stretch to keep, ms. */
const leastMs = 20
/** The number of newest stretches to keep. */
const mostStretches = 100

/** The owner of a stretch: the work of a task, or a part of the scheduler. */
export type StretchOwner = { readonly task: string } | { readonly part: string }

/** Synchronous work, without nested stretches. */
export interface Stretch {
  readonly by: StretchOwner
  readonly began: number
  readonly ended: number
  /** Own duration, without nested stretches, ms. */
  readonly ownMs: number
  /** True once it was reported. */
  isReported: boolean
}

/** Measures stretches, and keeps the most recent long ones. */
export class Stretches {
  readonly #now: () => number
  #stretches: Stretch[] = []
  /** The duration of the stretches nested in the current one, ms. */
  #withinMs = 0

  constructor(now: () => number = monotonicNow) {
    this.#now = now
  }

  /** Calls a function, and passes the stretch to `onEnd` if it was long. */
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
        const stretch: Stretch = { by, began, ended, ownMs, isReported: false }
        this.#stretches.push(stretch)
        if (this.#stretches.length > mostStretches) this.#stretches.shift()
        onEnd?.(stretch)
      }
    }
  }

  /** The stretches that overlap a range of time. */
  between(from: number, until: number): readonly Stretch[] {
    return this.#stretches.filter(({ began, ended }) => ended > from && began < until)
  }
}

/** The stretches of this process. */
export const stretches = new Stretches()
