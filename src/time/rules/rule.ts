/** Base class of the rules that implement periods. */
import { type Interval, interval } from '../zone/interval.ts'
import { checkInstant } from '../zone/zone.ts'

/** Kind of a period. */
export type PeriodKind =
  | 'cycle'
  | 'span'
  | 'interval'
  | 'cron'
  | 'union'
  | 'intersection'
  | 'always'
  | 'never'
  | 'relative-day'
  | 'grid'
  | 'zoned'

/** Cached result around an instant, so that the next evaluation costs one comparison. */
interface View {
  readonly zone: string
  /** The result is the same at every instant of `[from, to)`. */
  readonly from: number
  readonly to: number
  readonly current: Interval | null
}

/**
 * Implementation of a period: its instances in a zone. Data are public fields, so that equal rules are deeply equal;
 * computed values are private caches.
 */
export abstract class Rule {
  abstract readonly kind: PeriodKind

  #view: View | undefined
  #views: Map<string, View> | undefined

  /** The whole instance that contains `at` (of several the one that started last), or null. */
  current(at: number, zone: string): Interval | null {
    return this.#viewAt(at, zone).current
  }

  /** True if `at` lies in the period. */
  contains(at: number, zone: string): boolean {
    return this.current(at, zone) !== null
  }

  /** The first instant after `at` at which `current` can change. */
  edgeAfter(at: number, zone: string): number {
    return this.#viewAt(at, zone).to
  }

  /** The first whole instance that starts after `at`, or null. */
  abstract next(at: number, zone: string): Interval | null

  /** The last whole instance that ended at or before `at`, or null. */
  abstract previous(at: number, zone: string): Interval | null

  /** The rest of the current instance from `at` on; without a current instance, the next one. */
  rollForward(at: number, zone: string): Interval | null {
    const current = this.current(at, zone)
    return current === null ? this.next(at, zone) : interval(at, current.end)
  }

  /** The part of the current instance up to `at`; without a current instance, the previous one. */
  rollBack(at: number, zone: string): Interval | null {
    const current = this.current(at, zone)
    return current === null ? this.previous(at, zone) : interval(current.start, at)
  }

  /** Prints the rule as a statement. */
  abstract toString(): string

  /** Computes {@link current} without caching, for callers that search around an instant. */
  abstract instanceAt(at: number, zone: string): Interval | null

  /** The end of the range in which `current` stays the same as at `at`. */
  protected until(at: number, zone: string, current: Interval | null): number {
    return current === null ? (this.next(at, zone)?.start ?? Infinity) : current.end
  }

  /** The start of that range, as far as it is known without a search. */
  protected since(at: number, _current: Interval | null): number {
    return at
  }

  #viewAt(at: number, zone: string): View {
    let view = this.#view
    if (view !== undefined && view.zone === zone && at >= view.from && at < view.to) return view
    view = this.#views?.get(zone)
    if (view === undefined || at < view.from || at >= view.to) {
      // A search from an invalid instant would not end.
      checkInstant(at)
      const current = this.instanceAt(at, zone)
      view = { zone, from: this.since(at, current), to: this.until(at, zone, current), current }
      this.#views ??= new Map()
      this.#views.set(zone, view)
    }
    this.#view = view
    return view
  }
}
