import { DateTime } from 'luxon'
import { cyclesIn, reachesOverMonthEnd, startsOnMissingDay } from './month-edges.ts'
import { type PeriodSpec, periodOf, spansOf } from './period-spec.ts'

/** Intended differences from Rocketry in the time files. */

export interface Row {
  readonly id: string
  readonly expected: unknown
  readonly suspect: boolean
  readonly intended?: unknown
  readonly [key: string]: unknown
}

export interface Verdict {
  readonly verdict: 'agree' | 'differ' | 'accepted' | 'skipped' | 'unsupported'
  readonly rule?: string
  readonly got?: unknown
}

export interface TimeRule {
  readonly name: string
  readonly reason: string
  applies(row: Row, got: unknown): boolean
}

/** A date and time rounded down to the millisecond, and the zone its offset names (UTC without one). */
export function millisecondsOf(text: string): { at: number; zone: string } {
  const offset = /([-+]\d\d):(\d\d)$/.exec(text)
  const zone = offset === null ? 'UTC' : `UTC${offset[1]}:${offset[2]}`
  return { at: DateTime.fromISO(text, { zone }).toMillis(), zone }
}

/** The instant and the zone of a row: its own zone, otherwise that of the offset. */
export function placeOf(row: Row): { at: number; zone: string } {
  const text = row.datetime as string
  if (typeof row.timezone !== 'string') return millisecondsOf(text)
  return { at: DateTime.fromISO(text, { zone: row.timezone }).toMillis(), zone: row.timezone }
}

/** The name of an intended error; other errors are faults, and are thrown again. */
export function errorName(error: unknown): string {
  const isOurs =
    (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) &&
    /^Cannot .+ as /s.test(error.message)
  if (!isOurs) throw error
  return error.name
}

const finer = (text: unknown) => typeof text === 'string' && /\.\d{3}(?!000)\d{3}/.test(text)
const isAt = (a: unknown, b: string) => typeof a === 'string' && millisecondsOf(a).at === millisecondsOf(b).at

interface Bounds {
  readonly left: string
  readonly right: string
  readonly closed: string
}

export const timeRules: readonly TimeRule[] = [
  {
    name: 'sub-millisecond',
    reason:
      'Our instants are milliseconds: finer times are rounded down, and here the result depends on that.',
    applies: (row, got) => {
      if (row.op === 'construct') return isNearly(row, got)
      if (row.op !== undefined) return isNearlyRolled(row, got)
      if (!finer(row.datetime) || spansOf(row as unknown as PeriodSpec) !== undefined) return false
      // The result depends on the rounding if the next millisecond has the expected one.
      const { at, zone } = placeOf(row)
      const want = row.suspect ? row.intended : row.expected
      return periodOf(row as unknown as PeriodSpec).contains(at + 1, zone) === want
    },
  },
  {
    name: 'span-is-half-open',
    reason: 'A past span is (now - length, now] and a future one [now, now + length): one end is excluded.',
    applies: (row) => {
      if (row.type !== 'TimeDelta' && row.type !== 'TimeSpanDelta') return false
      const reference = (row.args as { reference?: string | null }).reference
      if (reference === undefined || reference === null || row.op !== undefined) return false
      const away = millisecondsOf(row.datetime as string).at - millisecondsOf(reference).at
      const edges = ['past_us', 'future_us', 'near_us', 'far_us'].map((key) => row[key])
      return edges.some((us) => typeof us === 'number' && Math.abs(away) === Math.floor(us / 1000))
    },
  },
  {
    name: 'a-period-that-begins-is-current',
    reason: 'At the very start of an instance it is the current one, and its past part is [start, start).',
    applies: (row, got) => {
      const want = (row.suspect ? row.intended : row.expected) as Bounds | null
      const rolled = got as { start: number; end: number } | null
      if (row.op !== 'rollback' || want === null || rolled === null) return false
      const { at } = millisecondsOf(row.datetime as string)
      return (
        rolled.start === at &&
        rolled.end === at &&
        millisecondsOf(want.right).at <= at &&
        !isAt(want.left, row.datetime as string)
      )
    },
  },
  {
    name: 'a-union-takes-in-all-that-overlaps',
    reason:
      'Overlapping instances are merged, regardless of their number; Rocketry considers one instance of each part and may stop early.',
    applies: (row, got) => {
      const want = (row.suspect ? row.intended : row.expected) as Bounds | null
      const rolled = got as { start: number; end: number } | null
      if (row.type !== 'Any' || row.op === undefined || want === null || rolled === null) return false
      return rolled.start <= millisecondsOf(want.left).at && rolled.end >= millisecondsOf(want.right).at
    },
  },
  {
    name: 'a-month-ends-with-its-last-day',
    reason:
      'A day that a month lacks does not occur: no part of a month is in the next one, unlike on a 31-day axis.',
    applies: (row, got) => {
      const want = (row.suspect ? row.intended : row.expected) as Bounds | null
      if (got !== null || want === null || !JSON.stringify(row.args).includes('TimeOfMonth')) return false
      const left = new Date(millisecondsOf(want.left).at)
      return left.getUTCDate() <= 3 && new Date(left.getTime() - 4 * 86_400_000).getUTCDate() < 31
    },
  },
  {
    name: 'a-start-on-a-missing-day-is-the-last-day',
    reason: 'A cycle that starts on a day that a month lacks starts on the last day of that month.',
    applies: (row) => isAtMonthEdge(row, startsOnMissingDay),
  },
  {
    name: 'a-day-from-a-moment-is-a-day',
    reason:
      'A window at a moment is one unit (of a month, a day), even if the month ends within it. On an axis of 31 days it ends with the month.',
    applies: (row) => isAtMonthEdge(row, reachesOverMonthEnd),
  },
  {
    name: 'moments-are-read-strictly',
    reason:
      'Text that names no moment is an error, and a bare number is an hour; the date library of Rocketry parses both as midnight.',
    applies: (row) => {
      if (row.op !== 'construct') return false
      const { start, end } = row.args as { start?: unknown; end?: unknown }
      return [start, end].some(
        (text) =>
          typeof text === 'string' &&
          (/^[A-Za-z]+[- ](\d{1,2}|[A-Za-z]\w*)$/.test(text) ||
            /^0+(st|nd|rd|th|[.])?$/.test(text) ||
            (row.type === 'TimeOfDay' && /^[A-Za-z]+$/.test(text))),
      )
    },
  },
]

function isAtMonthEdge(row: Row, test: typeof startsOnMissingDay): boolean {
  if (typeof row.datetime !== 'string') return false
  const { at, zone } = placeOf(row)
  return cyclesIn({ type: row.type, args: row.args }).some((spec) => test(spec, at, zone))
}

/** A constructed window whose ends differ from the expected by less than a millisecond, around a fraction of one. */
function isNearly(row: Row, got: unknown): boolean {
  const want = row.expected as { start_us: number; end_us: number; is_full: boolean } | null
  const made = got as { start_us?: number; end_us?: number } | null
  if (want === null || made === null || made.start_us === undefined || made.end_us === undefined) return false
  const near = (a: number, b: number) => a === b || (Math.abs(a - b) < 1000 && a % 1000 !== 0)
  return near(want.start_us, made.start_us) && near(want.end_us, made.end_us)
}

function isNearlyRolled(row: Row, got: unknown): boolean {
  const want = (row.suspect ? row.intended : row.expected) as Bounds | null
  const rolled = got as { start?: number; end?: number } | null
  if (want === null || rolled === null || rolled.start === undefined || rolled.end === undefined) return false
  const near = (text: string, at: number) => {
    const { at: ms } = millisecondsOf(text)
    return ms === at || (finer(text) && ms + 1 === at)
  }
  return near(want.left, rolled.start) && near(want.right, rolled.end)
}
