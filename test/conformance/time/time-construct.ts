import { type CycleUnit, cycle, type Interval, type Period, partsOf } from '../../../src/time/index.ts'
import { Unsupported } from '../unsupported.ts'
import { axisMs } from './axis.ts'
import { type PeriodSpec, periodOf, unitOfClass } from './period-spec.ts'
import { errorName, type Row } from './time-rules.ts'

/** Evaluation of `time-construct` rows: the structure of a period, compared by its instances. */

interface Judgement {
  readonly agree: boolean
  readonly got: unknown
}

/** A leap year that begins on a Monday, and January has 31 days: every axis has its maximum length here. */
const ORIGIN = Date.UTC(2024, 0, 1)
const ZONE = 'UTC'

export function judgeConstruct(row: Row, want: unknown): Judgement {
  const spec = row as unknown as PeriodSpec
  try {
    switch (row.op) {
      case 'construct':
        return judgeWindow(spec, want as Expected | null)
      case 'create_range':
        return judgeRange(spec, want as { spec: PeriodSpec })
      case 'get_subperiod':
        return judgeSameInstants(spec, want as { spec: PeriodSpec })
      case 'combine':
        return judgeCombined(spec, want as { spec: PeriodSpec } | null)
      default:
        throw new Unsupported(`op ${String(row.op)}`)
    }
  } catch (error) {
    if (error instanceof Unsupported) throw error
    const name = errorName(error)
    const type = (row.error as { type: string } | undefined)?.type
    return {
      agree: want === null && (type !== 'TypeError' || name === 'TypeError' || row.suspect),
      got: { error: name },
    }
  }
}

function unitOf({ type }: PeriodSpec): CycleUnit {
  const unit = unitOfClass(type)
  if (unit === undefined) throw new Unsupported(`class ${type}`)
  return unit
}

interface Expected {
  readonly start_us: number
  readonly end_us: number
  readonly is_full: boolean
}

function judgeWindow(spec: PeriodSpec, want: Expected | null): Judgement {
  const unit = unitOf(spec)
  const period = periodOf(spec)
  const instance = period.next(ORIGIN - 1, ZONE)!
  // An instance that began earlier ends on the same axis; the next one may be in a shorter year.
  const before = period.current(ORIGIN, ZONE)
  const got = {
    start_us: (instance.start - ORIGIN) * 1000,
    end_us: ((before !== null && before.start < ORIGIN ? before : instance).end - ORIGIN) * 1000,
    is_full: period.next(instance.start, ZONE)!.start === instance.end,
  }
  if (want === null) return { agree: false, got }
  const axis = axisMs[unit] * 1000
  const same = (a: number, b: number) => (a - b) % axis === 0
  return {
    agree: same(want.start_us, got.start_us) && same(want.end_us, got.end_us) && want.is_full === got.is_full,
    got,
  }
}

function judgeRange(spec: PeriodSpec, want: { spec: PeriodSpec }): Judgement {
  const unit = unitOf(spec)
  const expected = periodOf(want.spec)
  const limits = spec.args as { start?: number; end?: number; step: number }
  const { start: from, end: to, step } = limits
  const got = cycle(unit, {
    at: partsOf(unit, { step, ...(from == null ? {} : { from }), ...(to == null ? {} : { to }) }),
  })
  const list = (period: Period) =>
    JSON.stringify(take(period.between(ORIGIN, ORIGIN + 2 * axisMs[unit], ZONE), 300))
  return { agree: list(got) === list(expected), got: String(got) }
}

function take(instances: Iterable<Interval>, count: number): Interval[] {
  const found: Interval[] = []
  for (const instance of instances) if (found.push(instance) >= count) break
  return found
}

/** Ours follows cron, so the expansion into cycles is compared instant by instant. */
function judgeSameInstants(spec: PeriodSpec, want: { spec: PeriodSpec }): Judgement {
  const got = periodOf(spec)
  const expected = periodOf(want.spec)
  for (let i = 0; i < 4000; i++) {
    // Steps of 7 h 11 min 13.7 s visit every minute, hour, day and month over three years.
    const at = ORIGIN + i * 25_873_700
    if (got.contains(at, ZONE) !== expected.contains(at, ZONE))
      return { agree: false, got: new Date(at).toISOString() }
  }
  for (let at = ORIGIN, i = 0; i < 20; i++) {
    const next = got.next(at, ZONE)
    if (next === null || !expected.contains(next.start, ZONE)) return { agree: false, got: next }
    at = next.start
  }
  return { agree: true, got: String(got) }
}

function judgeCombined(spec: PeriodSpec, want: { spec: PeriodSpec } | null): Judgement {
  const parts = spec.args.periods as readonly PeriodSpec[]
  const got =
    spec.type === '&' || spec.type === '|'
      ? parts.map((part) => periodOf(part)).reduce((a, b) => (spec.type === '&' ? a.and(b) : a.or(b)))
      : periodOf(spec)
  if (want === null) return { agree: false, got: String(got) }
  const expected = periodOf(want.spec)
  return { agree: canonical(got) === canonical(expected), got: String(got) }
}

/** A combination as text with its parts in one order, as Rocketry keeps them in a set. */
function canonical(period: Period): string {
  const { rule } = period as unknown as { rule: { kind: string; parts?: readonly unknown[] } }
  return canonicalRule(rule)
}

function canonicalRule(rule: { kind: string; parts?: readonly unknown[] }): string {
  if (rule.parts === undefined) return `${rule.kind} ${String(rule)}`
  return `${rule.kind}(${rule.parts
    .map((part) => canonicalRule(part as { kind: string }))
    .sort()
    .join(', ')})`
}
