import { printDuration } from '../duration/duration.ts'
import { type Interval, interval } from '../zone/interval.ts'
import { Rule } from './rule.ts'

/**
 * Time around a reference that moves with the question: `(now - far, now - near]` for the past, mirrored for the
 * future. Its instance at `at` is the span as seen from `at`; there is none before or after it.
 */
export class SpanRule extends Rule {
  readonly kind = 'span'
  /** How far back the span reaches, in ms (Infinity: without limit), and how near it comes. */
  readonly far: number
  readonly near: number
  readonly side: 'past' | 'future'

  constructor(side: 'past' | 'future', near: number, far: number) {
    super()
    if (!(near >= 0 && near <= far)) {
      throw new RangeError(
        `Cannot make a span as it must reach from a nearer to a farther time: ${near}, ${far} ms.`,
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
