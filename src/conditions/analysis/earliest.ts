/** When a condition could hold at the earliest, if all that is not of time alone were as it wishes. */
import { Period } from '../../time/period.ts'
import { cycleUnitOf } from '../../time/period-phrases.ts'
import type { Rule } from '../../time/rules/rule.ts'
import { isOfTimeAlone } from '../evaluate/held-time.ts'
import type { ConditionNode, HeldNode } from '../node.ts'
import { repeatOf, Skipper } from './repeats.ts'

/** Questions to the calendar are counted: a search that would not end is given up. */
const maxQuestions = 20_000
/** What repeats within the hour has been seen in every constellation after so many. */
const maxFineQuestions = 2_000

/** A cron expression takes so much longer to ask than a cycle. */
const cronCost = 50

/** What a search found. */
export interface Earliest {
  /** The first instant, or Infinity. */
  readonly at: number
  /** Up to where there is none before it: a search is given up after so many questions. */
  readonly searchedTo: number
}

/** The times at which a condition could hold. */
interface Times {
  /** The first such instant at or after this one; Infinity if there is none up to the horizon. */
  next(at: number): number
}

/** The first instant from `now` on at which time lets all of the conditions hold, up to `horizon`. */
export function earliest(
  nodes: readonly ConditionNode[],
  zone: string,
  now: number,
  horizon: number,
): Earliest {
  // Most conditions could hold now, and asking that much is what their first look asks anyway.
  if (nodes.every((node) => couldHold(node, zone, now))) return { at: now, searchedTo: now }
  const search = new Search(zone, horizon)
  try {
    const times = nodes.flatMap((node) => search.timesOf(node) ?? [])
    const found = times.length === 0 ? now : search.all(times).next(now)
    return { at: found > horizon ? Number.POSITIVE_INFINITY : found, searchedTo: Math.min(found, horizon) }
  } catch (error) {
    if (error !== givenUp) throw error
    return { at: Number.POSITIVE_INFINITY, searchedTo: search.isFine ? horizon : search.reached }
  }
}

/** Whether time lets it hold at the instant. */
function couldHold(node: ConditionNode, zone: string, at: number): boolean {
  if (node.kind === 'period') return node.period.contains(at, zone)
  if (node.kind === 'constant') return node.value
  if (node.kind === 'all') return node.nodes.every((part) => couldHold(part, zone, at))
  if (node.kind === 'any') return node.nodes.some((part) => couldHold(part, zone, at))
  if (node.kind === 'held') return false
  if (node.kind !== 'not') return true
  return node.node.kind === 'period' && !node.node.period.contains(at, zone)
}

const givenUp = new Error('the search was given up')

class Search {
  #questions = 0
  /** The latest instant that was asked about. */
  reached = Number.NEGATIVE_INFINITY
  /** All that was asked repeats within the hour. */
  isFine = true

  constructor(
    readonly zone: string,
    readonly horizon: number,
  ) {}

  /** Null where more than time decides. */
  timesOf(node: ConditionNode): Times | null {
    if (node.kind === 'period') return this.#period(node.period)
    if (node.kind === 'constant') return node.inMs === undefined ? constantly(node.value) : null
    if (node.kind === 'not') return this.#not(node.node)
    if (node.kind === 'any') return this.#any(node.nodes.map((part) => this.timesOf(part)))
    if (node.kind === 'held') return this.#held(node)
    if (node.kind !== 'all') return null
    const times = node.nodes.flatMap((part) => this.timesOf(part) ?? [])
    return times.length === 0 ? null : this.all(times)
  }

  all(parts: readonly Times[]): Times {
    if (parts.length === 1) return parts[0]!
    return {
      next: (from) => {
        // One after the other says from when on it could be, until all agree.
        let at = from
        for (let agreed = 0, place = 0; agreed < parts.length && at <= this.horizon; place++) {
          const next = parts[place % parts.length]!.next(at)
          agreed = next === at ? agreed + 1 : 1
          at = next
        }
        return at
      },
    }
  }

  #any(parts: readonly (Times | null)[]): Times | null {
    const times = parts.filter((part) => part !== null)
    if (times.length < parts.length) return null
    return { next: (from) => Math.min(...times.map((part) => part.next(from))) }
  }

  /** The opposite: of all it is any opposite, of any all opposites. */
  #not(node: ConditionNode): Times | null {
    if (node.kind === 'not') return this.timesOf(node.node)
    if (node.kind === 'constant') return node.inMs === undefined ? constantly(!node.value) : null
    if (node.kind === 'all') return this.#any(node.nodes.map((part) => this.#not(part)))
    if (node.kind === 'any') {
      const times = node.nodes.flatMap((part) => this.#not(part) ?? [])
      return times.length === 0 ? null : this.all(times)
    }
    return node.kind === 'period' ? this.#outside(node.period) : null
  }

  /** From so long after each beginning to the end; where more than time decides, some of the times of the inner condition. */
  #held({ node, forMs }: HeldNode): Times | null {
    const inner = this.timesOf(node)
    const outside = this.#not(node)
    if (inner === null || outside === null || !isOfTimeAlone(node)) return inner
    const repeat = repeatOf(node, this.zone)
    return {
      next: (from) => {
        const skipper = repeat === null ? null : new Skipper(repeat, this.horizon)
        for (let begin = inner.next(from - forMs); begin <= this.horizon; ) {
          const end = outside.next(begin)
          const at = Math.max(from, begin + forMs)
          if (at < end) return at
          begin = inner.next(skipper === null ? end : skipper.after(begin, end))
        }
        return Number.POSITIVE_INFINITY
      },
    }
  }

  #period(period: Period): Times | null {
    if (movesAlong(period)) return null
    // The parts of an intersection are asked one by one: it would itself search for decades.
    const parts = partsOf(period)
    if (parts !== null)
      return this.all(parts.map((part) => this.#period(part)).filter((times) => times !== null))
    this.#note(period)
    const cost = period.kind === 'cron' ? cronCost : 1
    return {
      next: (at) => {
        let next = at
        // What a period knows of an instant is until when it is so: asking that is asking once.
        this.#ask(next)
        while (next <= this.horizon && !period.contains(next, this.zone)) {
          next = period.edgeAfter(next, this.zone)
          this.#ask(next, cost)
        }
        return next
      },
    }
  }

  #outside(period: Period): Times | null {
    if (movesAlong(period)) return null
    this.#note(period)
    return {
      next: (from) => {
        for (let at = from; at <= this.horizon; ) {
          this.#ask(at)
          const current = period.current(at, this.zone)
          if (current === null) return at
          at = current.end
        }
        return Number.POSITIVE_INFINITY
      },
    }
  }

  #ask(at: number, cost = 1): void {
    this.reached = Math.max(this.reached, at)
    this.#questions += cost
    if (this.#questions > (this.isFine ? maxFineQuestions : maxQuestions)) throw givenUp
  }

  #note(period: Period): void {
    const unit = /^time of (\w+)/.exec(String(period))?.[1]
    this.isFine &&= ['second', 'minute', 'hour'].includes(cycleUnitOf(unit ?? '') ?? '')
  }
}

const constantly = (value: boolean): Times => ({ next: (at) => (value ? at : Number.POSITIVE_INFINITY) })

/** Spans and relative days move with the question; what they say later can't be asked now. */
function movesAlong(period: Period): boolean {
  return /\b(?:past|future|today|yesterday|the day before)\b/.test(String(period))
}

function partsOf(period: Period): readonly Period[] | null {
  const { zone, kind } = period
  if (kind !== 'intersection') return null
  const rule = period.rule as Rule & { readonly rule?: Rule; readonly parts?: readonly Rule[] }
  const { parts = [] } = (rule.rule ?? rule) as { readonly parts?: readonly Rule[] }
  return parts.map((part) => {
    const alone = new Period(part)
    return zone === undefined || alone.zone !== undefined ? alone : alone.in(zone)
  })
}
