import { type Interval, interval } from '../zone/interval.ts'
import { checkInstant } from '../zone/zone.ts'

/** What a period is made of. */
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

/** What a rule knows of the time around an instant, so that the next question costs a comparison. */
interface View {
  readonly zone: string
  /** The view is the same at every instant of `[from, to)`. */
  readonly from: number
  readonly to: number
  readonly current: Interval | null
}

/**
 * The law of a period: which instances it has in a zone. Data are own fields, so equal rules are deeply equal; what has
 * been computed is private and forgotten at will.
 */
export abstract class Rule {
  abstract readonly kind: PeriodKind

  #view: View | undefined
  #views: Map<string, View> | undefined

  /** The whole instance in which `at` lies (of several the one that started last), or null. */
  current(at: number, zone: string): Interval | null {
    return this.#viewAt(at, zone).current
  }

  /** True when `at` lies in the period. */
  contains(at: number, zone: string): boolean {
    return this.current(at, zone) !== null
  }

  /** The first instant after `at` at which `current` can become another. */
  edgeAfter(at: number, zone: string): number {
    return this.#viewAt(at, zone).to
  }

  /** The first whole instance that starts after `at`, or null. */
  abstract next(at: number, zone: string): Interval | null

  /** The last whole instance that ended at or before `at`, or null. */
  abstract previous(at: number, zone: string): Interval | null

  /** What is left of the current instance from `at` on, or else the next one. */
  rollForward(at: number, zone: string): Interval | null {
    const current = this.current(at, zone)
    return current === null ? this.next(at, zone) : interval(at, current.end)
  }

  /** What has passed of the current instance up to `at`, or else the previous one. */
  rollBack(at: number, zone: string): Interval | null {
    const current = this.current(at, zone)
    return current === null ? this.previous(at, zone) : interval(current.start, at)
  }

  /** The rule in the words of a statement. */
  abstract toString(): string

  /** As {@link current}, computed and not kept: for those who look around. */
  abstract instanceAt(at: number, zone: string): Interval | null

  /** Until when `current` stays what it is at `at`. */
  protected until(at: number, zone: string, current: Interval | null): number {
    return current === null ? (this.next(at, zone)?.start ?? Infinity) : current.end
  }

  /** Since when it has been so, as far as is known without looking. */
  protected since(at: number, _current: Interval | null): number {
    return at
  }

  #viewAt(at: number, zone: string): View {
    let view = this.#view
    if (view !== undefined && view.zone === zone && at >= view.from && at < view.to) return view
    view = this.#views?.get(zone)
    if (view === undefined || at < view.from || at >= view.to) {
      // A search from an instant that is no date would not end.
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
