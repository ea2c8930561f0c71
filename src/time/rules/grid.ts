/** Periods that divide each instance of another period into cells. */
import { printDuration } from '../duration/duration.ts'
import { type Interval, interval } from '../zone/interval.ts'
import { Rule } from './rule.ts'

/**
 * The instances of another rule, each divided into cells of one length from its start; the last cell may be shorter.
 * Cells are elapsed time, so a clock change within an instance neither repeats nor loses a cell.
 */
export class GridRule extends Rule {
  readonly kind = 'grid'
  readonly stepMs: number
  readonly rule: Rule

  constructor(stepMs: number, rule: Rule) {
    super()
    if (!(stepMs >= 1))
      throw new RangeError(`Cannot make a grid as its step must be at least 1 ms: ${stepMs}.`)
    this.stepMs = stepMs
    this.rule = rule
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    const whole = this.rule.current(at, zone)
    const start = whole === null ? Infinity : this.#cellStart(whole, at) + this.stepMs
    if (whole !== null && start < whole.end) return this.#cell(whole, start)
    const next = this.rule.next(at, zone)
    return next === null ? null : this.#cell(next, next.start)
  }

  previous(at: number, zone: string): Interval | null {
    // The cell that ends here, or the one before it: the previous millisecond determines the instance.
    const last = this.instanceAt(at - 1, zone)
    if (last !== null && last.end <= at) return last
    const whole = this.rule.instanceAt(at - 1, zone)
    if (last !== null && whole !== null && last.start > whole.start)
      return this.#cell(whole, last.start - this.stepMs)
    const before = this.rule.previous(at, zone)
    return before === null ? null : this.#cell(before, this.#cellStart(before, before.end - 1))
  }

  instanceAt(at: number, zone: string): Interval | null {
    const whole = this.rule.instanceAt(at, zone)
    return whole === null ? null : this.#cell(whole, this.#cellStart(whole, at))
  }

  toString(): string {
    const words = this.rule.toString()
    const loose = this.rule.kind === 'union' || this.rule.kind === 'intersection'
    return `${loose ? `(${words})` : words} every ${printDuration(this.stepMs)}`
  }

  protected override until(at: number, zone: string, current: Interval | null): number {
    return Math.min(current?.end ?? Infinity, this.next(at, zone)?.start ?? Infinity)
  }

  #cell(whole: Interval, start: number): Interval {
    return interval(Math.max(start, whole.start), Math.min(start + this.stepMs, whole.end))
  }

  #cellStart(whole: Interval, at: number): number {
    // Cells of an instance without a beginning are counted from 1970.
    const origin = whole.start === -Infinity ? 0 : whole.start
    return origin + Math.floor((at - origin) / this.stepMs) * this.stepMs
  }
}
