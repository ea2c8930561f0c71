/** Intervals between two dates as they are written. */
import { Period } from './period.ts'
import { FixedRule } from './rules/fixed-interval.ts'
import { Rule } from './rules/rule.ts'
import { type Interval, interval } from './zone/interval.ts'
import { type Instant, toInstant } from './zone/zone.ts'

/**
 * One interval between dates as they are written. A date without an offset is read in the zone of the caller, so that
 * `from 2026-01-01` begins at midnight in the task's zone.
 */
class DatedRule extends Rule {
  readonly kind = 'interval'
  /** `2026-12-24` or `2026-12-24 18:00`, optionally with an offset; null: no limit. */
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
 * The interval between two dates, the end excluded. At least one of them is required; without an offset, text is read
 * in the zone of the task.
 *
 * @example
 * ```ts
 * dated({ from: '2026-12-24 18:00', until: '2026-12-27' })
 * ```
 */
export function dated(limits: { readonly from?: Instant; readonly until?: Instant }): Period {
  const { from, until } = limits
  if (from === undefined && until === undefined)
    throw new TypeError('Cannot create a date range as it needs a start or an end: neither is given.')
  const [first, end] = [toDate(from), toDate(until)]
  // If every date has an offset, the zone does not matter.
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

/** A date in the form that is stored and printed. */
export function toDate(value: Instant | undefined): string | null {
  if (value === undefined) return null
  const at = toInstant(typeof value === 'string' ? value.trim().replace(' ', 'T') : value)
  if (typeof value === 'string') return value.trim().replace('T', ' ')
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$/, 'Z')
}
