/** Periods relative to the current instant. */
import { printDuration } from '../duration/duration.ts'
import { type Interval, interval } from '../zone/interval.ts'
import { Rule } from './rule.ts'

/**
 * Time relative to the evaluated instant: `(now - far, now - near]` for the past, mirrored for the future. The instance
 * at `at` is the span relative to `at`; no instances exist before or after it.
 */
export class SpanRule extends Rule {
  readonly kind = 'span'
  /** Farther and nearer distance from now, in ms (Infinity: unlimited). */
  readonly far: number
  readonly near: number
  readonly side: 'past' | 'future'

  constructor(side: 'past' | 'future', near: number, far: number) {
    super()
    if (!(near >= 0 && near <= far)) {
      throw new RangeError(
        `Cannot make a span as its near limit must not be negative or exceed its far limit: ${near}, ${far} ms.`,
      )
    }
    this.side = side
    this.near = near
    this.far = far
    Object.freeze(this)
  }

  override current(at: number): Interval {
    // Instants are whole milliseconds: (a, b] is [a + 1, b + 1).
    return this.side === 'past'
      ? interval(at - this.far + 1, at - this.near + 1)
      : interval(at + this.near, at + this.far)
  }

  override edgeAfter(): number {
    return Infinity
  }

  override contains(at: number): boolean {
    const seen = this.current(at)
    return seen.start <= at && at < seen.end
  }

  next(): null {
    return null
  }

  previous(): null {
    return null
  }

  override rollForward(at: number): Interval {
    return this.side === 'past' ? interval(at, at) : interval(at + this.near, at + this.far)
  }

  override rollBack(at: number): Interval {
    return this.side === 'past' ? interval(at - this.far, at - this.near) : interval(at, at)
  }

  toString(): string {
    const { side, near, far } = this
    if (near === 0) return `${side} ${printDuration(far)}`
    if (far === Infinity) return `${side} beyond ${printDuration(near)}`
    return `${side} between ${printDuration(near)} and ${printDuration(far)}`
  }

  instanceAt(at: number): Interval {
    return this.current(at)
  }
}
