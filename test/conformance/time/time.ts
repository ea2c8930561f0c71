import { type Interval, toDurationMs } from '../../../src/index.ts'
import { Unsupported } from '../unsupported.ts'
import { type PeriodSpec, periodOf, spansOf } from './period-spec.ts'
import { judgeConstruct } from './time-construct.ts'
import { errorName, millisecondsOf, placeOf, type Row, timeRules, type Verdict } from './time-rules.ts'

export { type Row, timeRules, type Verdict } from './time-rules.ts'

/** The files of this evaluator. */
export type TimeFile = 'time-contains' | 'time-roll' | 'durations' | 'time-construct'

/** Evaluates one row of a time file through the public API. */
export function evaluateTime(file: TimeFile, row: Row): Verdict {
  const want = row.suspect ? row.intended : file === 'durations' ? row.expected_us : row.expected
  if (file === 'time-construct') return judged(row, judgeConstruct(row, want))
  let got: unknown
  try {
    got = answers[file](row)
  } catch (error) {
    got = { error: errorName(error) }
  }
  return judged(row, { agree: same[file](want, got), got })
}

function judged(row: Row, { agree, got }: { agree: boolean; got: unknown }): Verdict {
  if (agree) return { verdict: 'agree' }
  const rule = timeRules.find((item) => item.applies(row, got))
  return rule === undefined ? { verdict: 'differ', got } : { verdict: 'accepted', rule: rule.name, got }
}

const answers = {
  'time-contains': containsOf,
  'time-roll': rollOf,
  durations: (row: Row) => toDurationMs(row.duration as string),
}

function containsOf(row: Row): unknown {
  const { at, zone } = placeOf(row)
  const spec = row as unknown as PeriodSpec
  const spans = spansOf(spec)
  if (spans === undefined) return periodOf(spec).contains(at, zone)
  const reference = millisecondsOf((row.args as { reference: string }).reference).at
  const within = (interval: Interval | null) => interval !== null && interval.start <= at && at < interval.end
  return within(spans.past.current(reference, zone)) || within(spans.future.current(reference, zone))
}

function rollOf(row: Row): unknown {
  const { at, zone } = placeOf(row)
  if (row.op !== 'rollforward' && row.op !== 'rollback') throw new Unsupported(`op ${String(row.op)}`)
  const forward = row.op === 'rollforward'
  const spec = row as unknown as PeriodSpec
  const spans = spansOf(spec)
  const period = spans === undefined ? periodOf(spec) : forward ? spans.future : spans.past
  return forward ? period.rollForward(at, zone) : period.rollBack(at, zone)
}

const same = {
  'time-contains': (want: unknown, got: unknown) => want === got,
  'time-roll': (want: unknown, got: unknown) => sameInterval(want as Bounds | null, got as Interval | null),
  durations: (want: unknown, got: unknown) =>
    want === null ? isError(got) : typeof got === 'number' && got === Math.floor((want as number) / 1000),
} as const

interface Bounds {
  readonly left: string
  readonly right: string
}

/** Rocketry's limits of time. */
const FIRST = '1970-01-03T02:00:00'
const LAST = '2260-01-01T00:00:00'

function sameInterval(want: Bounds | null, got: Interval | null): boolean {
  // An empty interval at a limit of time is Rocketry's notation for none.
  if (want === null || (want.left === want.right && (want.left === LAST || want.left === FIRST)))
    return got === null
  return got !== null && sameBound(want.left, got.start) && sameBound(want.right, got.end)
}

function sameBound(want: string, got: number): boolean {
  if (want === LAST) return got === Infinity
  return want === FIRST ? got === -Infinity : got === millisecondsOf(want).at
}

function isError(got: unknown): boolean {
  return typeof got === 'object' && got !== null && 'error' in got
}
