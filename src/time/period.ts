/** Periods: sets of instants in a time zone. */
import { FixedRule } from './rules/fixed-interval.ts'
import { ZonedRule } from './rules/in-zone.ts'
import type { PeriodKind, Rule } from './rules/rule.ts'
import { IntersectionRule, UnionRule } from './rules/set-rules.ts'
import type { Interval } from './zone/interval.ts'
import { checkZone, type Instant, systemZone, toInstant } from './zone/zone.ts'

/**
 * A set of instants in a time zone: a cycle, a span, an interval, a cron, or a combination. Periods are immutable, and
 * equal periods are deeply equal. Every method takes the zone to compute in (default: the system's) unless the period
 * has one.
 *
 * @example
 * ```ts
 * const period = cycle('day', { after: '07:00' }).and(cycle('week', { between: ['Mon', 'Fri'] }))
 * period.next('2026-01-01T12:00', 'Europe/Helsinki') // { start, end } in epoch ms, or null
 * ```
 */
export class Period {
  /** The implementation: plain data, and pure functions of an instant in ms and a zone. */
  readonly rule: Rule

  constructor(rule: Rule) {
    this.rule = rule
    Object.freeze(this)
  }

  /** The kind of the period. */
  get kind(): Exclude<PeriodKind, 'zoned'> {
    return (this.rule instanceof ZonedRule ? this.rule.rule.kind : this.rule.kind) as Exclude<
      PeriodKind,
      'zoned'
    >
  }

  /** The zone set by {@link in}; it takes precedence over the zone that a method receives. */
  get zone(): string | undefined {
    return this.rule instanceof ZonedRule ? this.rule.zone : undefined
  }

  /** True if the instant lies in the period. */
  contains(at: Instant, zone: string = systemZone()): boolean {
    return this.rule.contains(typeof at === 'number' ? at : toInstant(at, zone), checkZone(zone))
  }

  /** The whole instance that contains the instant, or null. Spans and relative days are relative to the instant. */
  current(at: Instant, zone: string = systemZone()): Interval | null {
    return this.rule.current(typeof at === 'number' ? at : toInstant(at, zone), checkZone(zone))
  }

  /** The first whole instance that starts after the instant, or null. */
  next(at: Instant, zone: string = systemZone()): Interval | null {
    return this.rule.next(toInstant(at, zone), checkZone(zone))
  }

  /** The last whole instance that ended at or before the instant, or null. */
  previous(at: Instant, zone: string = systemZone()): Interval | null {
    return this.rule.previous(toInstant(at, zone), checkZone(zone))
  }

  /** The rest of the current instance from the instant on; without a current instance, the next one. */
  rollForward(at: Instant, zone: string = systemZone()): Interval | null {
    return this.rule.rollForward(toInstant(at, zone), checkZone(zone))
  }

  /**
   * The part of the current instance up to the instant (`[at, at)` at its start); without a current instance, the
   * previous one.
   */
  rollBack(at: Instant, zone: string = systemZone()): Interval | null {
    return this.rule.rollBack(toInstant(at, zone), checkZone(zone))
  }

  /**
   * The whole instances that overlap `[from, to)`, in order. Spans and relative days have none, as they move with the
   * instant.
   */
  *between(from: Instant, to: Instant, zone: string = systemZone()): Generator<Interval, void, undefined> {
    const start = toInstant(from, zone)
    const end = toInstant(to, zone)
    let instance = this.kind === 'span' || this.kind === 'relative-day' ? null : this.current(start, zone)
    instance ??= this.next(start, zone)
    while (instance !== null && instance.start < end) {
      yield instance
      // After an instance without a beginning, the search continues at the start of the range.
      instance = this.next(Math.max(instance.start, start), zone)
    }
  }

  /** The first instant after `at` at which {@link current} can change; `Infinity` if there is none. */
  edgeAfter(at: number, zone: string = systemZone()): number {
    return this.rule.edgeAfter(at, checkZone(zone))
  }

  /** The instants that lie in both periods. */
  and(other: Period): Period {
    return intersection(this, other)
  }

  /** The instants that lie in either period. */
  or(other: Period): Period {
    return union(this, other)
  }

  /** This period in the given zone. */
  in(zone: string): Period {
    const rule = this.rule instanceof ZonedRule ? this.rule.rule : this.rule
    return new Period(new ZonedRule(rule, checkZone(zone)))
  }

  /** Prints the period as a statement: `time of day between 10:00 and 12:00`. */
  toString(): string {
    return this.rule.toString()
  }
}

/**
 * Every instant.
 *
 * @example
 * ```ts
 * always.contains(app.session.now()) // true
 * ```
 */
export const always: Period = new Period(new FixedRule(-Infinity, Infinity))

/**
 * No instant.
 *
 * @example
 * ```ts
 * never.contains(app.session.now()) // false
 * ```
 */
export const never: Period = new Period(new FixedRule(0, 0))

/**
 * The instants that lie in all of the periods. Throws a `TypeError` without periods and for other values.
 *
 * @example
 * ```ts
 * intersection(cycle('day', { at: '10:00' }), cycle('week', { on: 'Mon' })) // Mondays from 10 to 11
 * ```
 */
export function intersection(...periods: readonly Period[]): Period {
  const parts = partsOf(periods, 'intersection')
  if (parts.some((rule) => rule.kind === 'never')) return never
  const rules = parts.filter((rule) => rule.kind !== 'always')
  if (rules.length === 0) return always
  return new Period(rules.length === 1 ? rules[0]! : new IntersectionRule(rules))
}

/**
 * The instants that lie in any of the periods. Overlapping instances are merged; adjacent ones remain separate. Throws
 * a `TypeError` without periods and for other values.
 *
 * @example
 * ```ts
 * union(cycle('week', { on: 'Mon' }), cycle('week', { on: 'Thu' }))
 * ```
 */
export function union(...periods: readonly Period[]): Period {
  const parts = partsOf(periods, 'union')
  if (parts.some((rule) => rule.kind === 'always')) return always
  const rules = parts.filter((rule) => rule.kind !== 'never')
  if (rules.length === 0) return never
  return new Period(rules.length === 1 ? rules[0]! : new UnionRule(rules))
}

/** The rules of the periods without duplicates; nested rules of the same kind are flattened. */
function partsOf(periods: readonly Period[], kind: 'union' | 'intersection'): readonly Rule[] {
  if (periods.length === 0)
    throw new TypeError(`Cannot make a ${kind} of periods as it needs at least one: none.`)
  const found = new Map<string, Rule>()
  for (const period of periods) {
    if (!(period instanceof Period)) {
      throw new TypeError(`Cannot make a ${kind} as its parts must be periods: ${String(period)}.`)
    }
    const { rule } = period
    const same = (rule instanceof UnionRule || rule instanceof IntersectionRule) && rule.kind === kind
    for (const part of same ? rule.parts : [rule]) found.set(`${part.kind} ${part}`, part)
  }
  return [...found.values()]
}
