/** Intended differences from Rocketry in the condition files. */
import { DateTime } from 'luxon'
import { cyclesIn, reachesOverMonthEnd, startsOnMissingDay } from '../time/month-edges.ts'
import { periodOf } from '../time/period-spec.ts'
import type { Row } from '../time/time-rules.ts'
import { instantOf, zoneOf } from './condition-session.ts'

/** The files that the rules apply to. */
export type ConditionFile = 'task-executable' | 'parse'

export interface ConditionRule {
  readonly file: ConditionFile
  readonly name: string
  readonly reason: string
  applies(row: Row, got: unknown): boolean
}

const isError = (got: unknown) => typeof got === 'object' && got !== null && 'error' in got

/** A rule about text that we parse and Rocketry rejects. */
const reads = (name: string, reason: string, pattern: RegExp): ConditionRule => ({
  file: 'parse',
  name,
  reason,
  applies: (row, got) => row.expected === null && !isError(got) && pattern.test(String(row.statement)),
})

export const conditionRules: readonly ConditionRule[] = [
  // Every condition prints to a statement that parses back to it, so everything that builders create has a text form.
  reads(
    'the-year-is-a-cycle',
    'Windows of the year have a builder, so they have a text form.',
    /\btime of year\b|\byearly\b|\bthis year\b/,
  ),
  reads(
    'the-second-is-a-cycle',
    'Windows of the second have a builder, so they have a text form.',
    /\btime of second\b|\bthis second\b/,
  ),
  reads(
    'every-cycle-takes-every-window',
    '`starting`, `on` and `at` have a builder at each cycle, so they have a text form there.',
    /\btime of (minute|hour|day|week|month) (starting|on|at) |\b(\w+ly|today|this \w+) at /,
  ),
  reads(
    'a-cycle-without-a-window-is-whole',
    '`time of day` alone is the whole day, like its builder.',
    /\btime of (minute|hour|day|week|month)\s*($|[&|)])/,
  ),
  reads(
    'all-that-happens-is-history',
    'Crashes and missed occurrences have a builder, so they have a text form.',
    /\bhas (crashed|missed)\b/,
  ),
  reads('this-day-is-today', '`thisDay` is `today` in the builders, and in text.', /\bthis day\b/),
  reads(
    'comparisons-have-words',
    'Each comparison of a count has a builder, so it has a text form.',
    /\b(exactly|at least|at most|more than|less than) \d+ (times|cycles)\b/,
  ),
  reads(
    'running-has-words',
    'The duration of a live run, and live runs of this task, have a builder, so they have a text form.',
    /\bthis task is running\b|\bis running (more|less) than\b/,
  ),
  reads('retry-has-words', '`retry` has a builder, so it has a text form.', /\bretry\b/),
  reads(
    'surroundings-have-words',
    'The start of the session, and any type of param value, have a builder, so they have a text form.',
    /\bscheduler started$|\bparam '.*' is [^']/,
  ),
  reads(
    'after-a-termination',
    '`after task … terminated` is documented by Rocketry and supported here.',
    /\bafter (any )?tasks? '.*' terminated\b/,
  ),
  {
    file: 'parse',
    name: 'a-period-goes-by-its-condition',
    reason: 'A condition that consists of a period may name its zone, and so may a cron.',
    applies: (row, got) =>
      row.kind === 'time' &&
      row.expected === null &&
      !isError(got) &&
      /^\s*(secondly|minutely|hourly|daily|weekly|monthly|yearly|cron)\b/.test(String(row.statement)),
  },
  reads('quotes-hold-any-character', 'A quoted task name may contain `& | ~ ( )`.', /'[^']*[&|~()][^']*'/),
  {
    file: 'parse',
    name: 'a-length-is-not-negative',
    reason: 'A negative length is an error; Rocketry removes the sign.',
    applies: (row, got) => isError(got) && /\b(every|past) -/.test(String(row.statement)),
  },
  {
    file: 'parse',
    name: 'nothing-is-not-combined',
    reason: 'A dependency without tasks, or a comparison without a number, is an error.',
    applies: (row, got) =>
      isError(got) && /^(after_(all|any)_\w+|scheduler_cycles)\(\)$/.test(String(row.statement)),
  },
  {
    file: 'task-executable',
    name: 'a-start-on-a-missing-day-is-the-last-day',
    reason: 'A cycle that starts on a day that a month lacks starts on the last day of that month.',
    applies: (row) =>
      cyclesIn(row.tree).some((spec) => startsOnMissingDay(spec, instantOf(row, row.now), zoneOf(row))),
  },
  {
    file: 'task-executable',
    name: 'a-day-from-a-moment-is-a-day',
    reason:
      'A window at a moment is one unit (of a month, a day), even if the month ends within it. On an axis of 31 days it ends with the month.',
    applies: (row) =>
      cyclesIn(row.tree).some((spec) => reachesOverMonthEnd(spec, instantOf(row, row.now), zoneOf(row))),
  },
  {
    file: 'task-executable',
    name: 'a-window-excludes-its-end',
    reason: 'Windows of history are half-open: a record at the very end is excluded.',
    applies: (row) =>
      cyclesIn(row.tree).some((spec) => {
        const end = periodOf(spec).previous(instantOf(row, row.now), zoneOf(row))?.end
        return recordedAt(row).some((at) => at === end)
      }),
  },
  {
    file: 'task-executable',
    name: 'every-holds-at-its-very-length',
    reason:
      'A past span is (now - length, now]: a record of exactly that age is excluded, so `every X` holds again.',
    applies: (row) => {
      const ages = recordedAt(row).map((at) => instantOf(row, row.now) - at)
      return spansIn(row.tree).some((length) => ages.includes(length))
    },
  },
  {
    file: 'task-executable',
    name: 'a-moment-in-a-fold-is-its-first',
    reason: 'For a repeated wall time, a window or a cron uses the first.',
    applies: (row) => isSecondOfTwo(row, row.now),
  },
]

const recordedAt = (row: Row): readonly number[] =>
  (row.logs as readonly { readonly created: string }[]).map(({ created }) => instantOf(row, created))

/** The lengths of the past spans in a tree, and their limits, in ms. */
function spansIn(tree: unknown): readonly number[] {
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, value]) =>
    /^(past|near|far)_us$/.test(key) && typeof value === 'number' ? [value / 1000] : spansIn(value),
  )
}

/** True if the wall clock shows this reading for the second time. */
function isSecondOfTwo(row: Row, text: unknown): boolean {
  const time = DateTime.fromISO(text as string, { zone: zoneOf(row) })
  const twice = time.getPossibleOffsets()
  return twice.length > 1 && time.toMillis() === Math.max(...twice.map((other) => other.toMillis()))
}
