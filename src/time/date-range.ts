import { Period } from './period.ts'
import { FixedRule } from './rules/fixed-interval.ts'
import { Rule } from './rules/rule.ts'
import { type Interval, interval } from './zone/interval.ts'
import { type Instant, toInstant } from './zone/zone.ts'

/**
 * One interval of the time line between dates as they are written: a date without an offset is read in the zone of whoever
 * asks, so that `from 2026-01-01` begins at midnight where the task lives.
 */
class DatedRule extends Rule {
  readonly kind = 'interval'
  /** `2026-12-24` or `2026-12-24 18:00`, perhaps with an offset; null: without limit. */
  readonly first: string | null
  /** Excluded, like the end of every period. */
  readonly end: string | null

  constructor(first: string | null, end: string | null) {
    super()
    this.first = first
    this.end = end
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    const span = this.#in(zone)
    return span !== null && at < span.start ? span : null
  }

  previous(at: number, zone: string): Interval | null {
    const span = this.#in(zone)
    return span !== null && span.end <= at ? span : null
  }

  instanceAt(at: number, zone: string): Interval | null {
    const span = this.#in(zone)
    return span !== null && span.start <= at && at < span.end ? span : null
  }

  toString(): string {
    if (this.end === null) return `from ${this.first}`
    return this.first === null ? `until ${this.end}` : `from ${this.first} until ${this.end}`
  }

  /** Null where the end is not after the start. */
  #in(zone: string): Interval | null {
    const start = instantOf(this.first, -Infinity, zone)
    const end = instantOf(this.end, Infinity, zone)
    return start < end ? interval(start, end) : null
  }
}

/**
 * The time from one date up to another, the other excluded; at least one of them. Text without an offset is read in the
 * zone of the task.
 *
 * @example
 * ```ts
 * dated({ from: '2026-12-24 18:00', until: '2026-12-27' })
 * ```
 */
export function dated(limits: { readonly from?: Instant; readonly until?: Instant }): Period {
  const { from, until } = limits
  if (from === undefined && until === undefined)
    throw new TypeError('Cannot make a time between dates as it needs a start or an end: neither.')
  const [first, end] = [toDate(from), toDate(until)]
  // Where every date says its offset, no zone has a say.
  if (isAbsolute(first) && isAbsolute(end))
    return new Period(new FixedRule(instantOf(first, -Infinity), instantOf(end, Infinity)))
  return new Period(new DatedRule(first, end))
}

function isAbsolute(date: string | null): boolean {
  return date === null || /Z$|[+-]\d\d:?\d\d$/.test(date.slice('2026-01-01'.length))
}

function instantOf(date: string | null, open: number, zone?: string): number {
  return date === null ? open : toInstant(date.replace(' ', 'T'), zone)
}

/** A date as it is kept and printed. */
export function toDate(value: Instant | undefined): string | null {
  if (value === undefined) return null
  const at = toInstant(typeof value === 'string' ? value.trim().replace(' ', 'T') : value)
  if (typeof value === 'string') return value.trim().replace('T', ' ')
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$/, 'Z')
}
