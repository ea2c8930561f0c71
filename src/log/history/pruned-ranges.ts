/**
 * Wall-time ranges whose events were pruned. A clock that is set back enters these ranges again, and work done there
 * must not count as never done.
 */

/** A stretch of wall time without a clock change; both ends are epoch ms and inclusive. */
interface PrunedRange {
  readonly from: number
  to: number
}

/** Clocks are disciplined by milliseconds and drift by about 0.1 %: only a larger difference is a clock change. */
const toleranceMs = 1000
const driftShare = 0.001
/** Bounds memory where the clock is set every hour for years. */
const maxStretches = 50

export class PrunedRanges {
  #stretches: PrunedRange[] = []
  #lastMono = 0

  /** Adds a pruned event; events are added in order of arrival. */
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

  /** True if events in `[start, end)` may have been pruned. */
  touches(start: number, end: number): boolean {
    return this.#stretches.some(({ from, to }) => start <= to && end > from)
  }

  copy(): PrunedRanges {
    const copy = new PrunedRanges()
    copy.#stretches = this.#stretches.map((stretch) => ({ ...stretch }))
    copy.#lastMono = this.#lastMono
    return copy
  }
}

function isLived(wallMs: number, livedMs: number): boolean {
  return Math.abs(wallMs - livedMs) <= Math.max(toleranceMs, livedMs * driftShare)
}
