/** Periods bound to a zone. */
import type { Interval } from '../zone/interval.ts'
import { Rule } from './rule.ts'

/** A rule evaluated in its own zone, regardless of the zone that a method receives. */
export class ZonedRule extends Rule {
  readonly kind = 'zoned'
  readonly rule: Rule
  readonly zone: string

  constructor(rule: Rule, zone: string) {
    super()
    this.rule = rule
    this.zone = zone
    Object.freeze(this)
  }

  override current(at: number): Interval | null {
    return this.rule.current(at, this.zone)
  }

  override contains(at: number): boolean {
    return this.rule.contains(at, this.zone)
  }

  override edgeAfter(at: number): number {
    return this.rule.edgeAfter(at, this.zone)
  }

  next(at: number): Interval | null {
    return this.rule.next(at, this.zone)
  }

  previous(at: number): Interval | null {
    return this.rule.previous(at, this.zone)
  }

  override rollForward(at: number): Interval | null {
    return this.rule.rollForward(at, this.zone)
  }

  override rollBack(at: number): Interval | null {
    return this.rule.rollBack(at, this.zone)
  }

  toString(): string {
    const words = this.rule.toString()
    const loose = this.rule.kind === 'union' || this.rule.kind === 'intersection'
    return `${loose ? `(${words})` : words} in ${this.zone}`
  }

  instanceAt(at: number): Interval | null {
    return this.current(at)
  }
}
