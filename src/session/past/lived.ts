/**
 * Lived time: wall time without the changes that users or time servers have made to the clock. Differences of lived times are elapsed
 * times, so that ages at past instants are those of the monotonic clock.
 */
import type { SessionImage } from './notes.ts'

/** The wall time as lived time. `seq`: the position in the log of what happened then; without it, after all changes of the clock. */
export function livedAt(
  at: number,
  clockSets: SessionImage['clockSets'],
  seq = Number.POSITIVE_INFINITY,
): number {
  let lived = at
  for (const [before, byMs] of clockSets) if (before < seq) lived -= byMs
  return lived
}

/** Decides which entries of the log were made up to an instant. */
export class Cut {
  readonly at: number
  readonly #clockSets: SessionImage['clockSets']
  readonly #seq: number

  /**
   * @param seq - The greatest sequence number of an entry that was made at the instant or before it. Only used if the clock was set
   * back: then, earlier entries may have later times.
   */
  constructor(at: number, clockSets: SessionImage['clockSets'] = [], seq = 0) {
    this.at = at
    this.#clockSets = clockSets
    this.#seq = seq
  }

  /** True if the clock was set back, so that times alone do not decide. */
  static isNeeded(clockSets: SessionImage['clockSets']): boolean {
    return clockSets.some(([, byMs]) => byMs < 0)
  }

  contains({ seq, at }: { readonly seq: number; readonly at: number }): boolean {
    if (at <= this.at) return true
    return this.#clockSets.some(([before, byMs]) => byMs < 0 && seq <= before && before < this.#seq)
  }

  /** Criteria of a query that all entries up to the instant fulfil; others may as well. */
  get criteria(): { readonly until: number } | { readonly before: number } {
    return Cut.isNeeded(this.#clockSets) ? { before: this.#seq + 1 } : { until: this.at + 1 }
  }
}
