/**
 * The wall time from which marks were forgotten, as stretches: a clock that is set back leads into them again, and what was
 * done there must not count as never done.
 */

/** Wall time without a jump of the clock, both ends epoch ms and included. */
interface PrunedRange {
  readonly from: number
  to: number
}

/** Clocks are disciplined by milliseconds, and drift by some per mille: only more than this is a clock that was set. */
const toleranceMs = 1000
const driftShare = 0.001
/** A clock that is set every hour for years must not grow this. */
const maxStretches = 50

export class Forgotten {
  #stretches: PrunedRange[] = []
  #lastMono = 0

  /** Takes in a mark that is forgotten, in the order in which they came. */
  add(at: number, mono: number): void {
    const last = this.#stretches.at(-1)
    const lived = mono - this.#lastMono
    this.#lastMono = mono
    if (last !== undefined && at >= last.to && isLived(at - last.to, lived)) {
      last.to = at
      return
    }
    this.#stretches.push({ from: at, to: at })
    if (this.#stretches.length > maxStretches) this.#stretches.shift()
  }

  /** Whether marks may have been forgotten that were made in `[start, end)`. */
  touches(start: number, end: number): boolean {
    return this.#stretches.some(({ from, to }) => start <= to && end > from)
  }

  copy(): Forgotten {
    const copy = new Forgotten()
    copy.#stretches = this.#stretches.map((stretch) => ({ ...stretch }))
    copy.#lastMono = this.#lastMono
    return copy
  }
}

function isLived(wallMs: number, livedMs: number): boolean {
  return Math.abs(wallMs - livedMs) <= Math.max(toleranceMs, livedMs * driftShare)
}
