/** Periods of one fixed interval. */
import { type Interval, interval } from '../zone/interval.ts'
import { Rule } from './rule.ts'

/** One interval `[start, end)`; an unlimited side is `±Infinity`. */
export class FixedRule extends Rule {
  readonly kind: 'interval' | 'always' | 'never'
  readonly span: Interval

  constructor(start: number, end: number) {
    super()
    this.span = interval(start, end)
    this.kind = start === end ? 'never' : start === -Infinity && end === Infinity ? 'always' : 'interval'
    Object.freeze(this)
  }

  next(at: number): Interval | null {
    return this.kind !== 'never' && at < this.span.start ? this.span : null
  }

  previous(at: number): Interval | null {
    return this.kind !== 'never' && this.span.end <= at ? this.span : null
  }

  toString(): string {
    if (this.kind !== 'interval') return this.kind
    const { start, end } = this.span
    if (start === -Infinity) return `until ${isoOf(end)}`
    if (end === Infinity) return `from ${isoOf(start)}`
    return `from ${isoOf(start)} until ${isoOf(end)}`
  }

  instanceAt(at: number): Interval | null {
    return this.span.start <= at && at < this.span.end ? this.span : null
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString().replace(/:00\.000Z$/, 'Z')
}
