/** Period specs of the conformance files, mapped to our builders. */
import {
  always,
  between,
  type CycleUnit,
  cronPeriod,
  cycle,
  future,
  intersection,
  type MomentInput,
  never,
  type Period,
  past,
  relativeDay,
  span,
  union,
} from '../../../src/time/index.ts'
import { Unsupported } from '../unsupported.ts'

export interface PeriodSpec {
  readonly type: string
  readonly args: Readonly<Record<string, unknown>>
  readonly expr?: string
  readonly period?: string
}

const units: Readonly<Record<string, CycleUnit>> = {
  TimeOfSecond: 'second',
  TimeOfMinute: 'minute',
  TimeOfHour: 'hour',
  TimeOfDay: 'day',
  TimeOfWeek: 'week',
  TimeOfMonth: 'month',
  TimeOfYear: 'year',
}

/** The unit of a `TimeOfX` class, or undefined. */
export function unitOfClass(type: string): CycleUnit | undefined {
  return units[type]
}

/** An existing moment is converted; `undefined` is an unlimited side. */
function momentOf(value: unknown, spec: PeriodSpec): MomentInput {
  if (value === '<callable>') return (() => 0) as unknown as MomentInput
  if (typeof value === 'number' && Number.isInteger(value) && spec.period !== undefined) {
    // JSON does not distinguish 45.0 from 45, and a Python float end is exclusive.
    if (new RegExp(`\\b${value}\\.0\\b`).test(spec.period)) return `${value}.0`
  }
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value))
    return new Date(value) as unknown as MomentInput
  return value as MomentInput
}

function cycleOf(unit: CycleUnit, spec: PeriodSpec): Period {
  const { start, end, time_point, starting, right_closed } = spec.args
  const given = (value: unknown) => value !== undefined && value !== null
  const closed = right_closed === true
  if (time_point === true) return cycle(unit, { at: momentOf(start ?? null, spec) })
  if (starting === true) return cycle(unit, { starting: momentOf(start, spec) })
  if (given(start) && given(end))
    return cycle(unit, { between: [momentOf(start, spec), momentOf(end, spec)], closed })
  if (given(start)) return cycle(unit, { after: momentOf(start, spec) })
  if (given(end)) return cycle(unit, { before: momentOf(end, spec), closed })
  return cycle(unit)
}

/**
 * The period of a spec; throws {@link Unsupported} for an unknown class. `TimeDelta` and `TimeSpanDelta` are two spans
 * here: see {@link spansOf}.
 */
export function periodOf(spec: PeriodSpec): Period {
  const unit = units[spec.type]
  if (unit !== undefined) return cycleOf(unit, spec)
  const { args } = spec
  switch (spec.type) {
    case 'All':
    case 'Any': {
      const parts = (args.periods as readonly PeriodSpec[]).map((part) =>
        typeof part === 'object' ? periodOf(part) : (part as unknown as Period),
      )
      return (spec.type === 'All' ? intersection : union)(...parts)
    }
    case 'Cron':
      return cronPeriod(
        spec.expr ??
          ['minute', 'hour', 'day_of_month', 'month', 'day_of_week'].map((key) => args[key]).join(' '),
      )
    case 'StaticInterval':
      return between(args.start as string | null, args.end as string | null, 'UTC')
    case 'always':
      return always
    case 'never':
      return never
    case 'RelativeDay': {
      const end = args.end_time as string | null
      const day = String(args.day).replaceAll('_', ' ') as 'today'
      return relativeDay(day, {
        ...(args.start_time ? { from: args.start_time as string } : {}),
        ...(end && end !== '23:59:59.999999' ? { to: end } : {}),
      })
    }
    default:
      throw new Unsupported(`period ${spec.type}`)
  }
}

/** The past and the future side of a `TimeDelta` or `TimeSpanDelta`. */
export function spansOf(spec: PeriodSpec): { past: Period; future: Period } | undefined {
  const text = (key: string) => (spec.args[key] as string | null | undefined) ?? undefined
  if (spec.type === 'TimeDelta') return { past: past(text('past') ?? 0), future: future(text('future') ?? 0) }
  if (spec.type !== 'TimeSpanDelta') return undefined
  const near = text('near')
  const far = text('far')
  const limits = { ...(near === undefined ? {} : { near }), ...(far === undefined ? {} : { far }) }
  return { past: span('past', limits), future: span('future', limits) }
}
