/** Where our answers to the condition files differ from Rocketry's on purpose. */
import { DateTime } from 'luxon'
import { cyclesIn, reachesOverMonthEnd, startsOnMissingDay } from '../time/month-edges.ts'
import { periodOf } from '../time/period-spec.ts'
import type { Row } from '../time/time-rules.ts'
import { instantOf, zoneOf } from './condition-session.ts'

/** The files these rules are about. */
export type ConditionFile = 'task-executable' | 'parse'

export interface ConditionRule {
  readonly file: ConditionFile
  readonly name: string
  readonly reason: string
  applies(row: Row, got: unknown): boolean
}

const isError = (got: unknown) => typeof got === 'object' && got !== null && 'error' in got

/** A rule about text that we read and Rocketry refuses. */
const reads = (name: string, reason: string, pattern: RegExp): ConditionRule => ({
  file: 'parse',
  name,
  reason,
  applies: (row, got) => row.expected === null && !isError(got) && pattern.test(String(row.statement)),
})

export const conditionRules: readonly ConditionRule[] = [
  // Every condition prints to a statement that reads back to it: whatever the builders make has words.
  reads(
    'the-year-is-a-cycle',
    'Windows of the year have a builder, so they have words.',
    /\btime of year\b|\byearly\b|\bthis year\b/,
  ),
  reads(
    'the-second-is-a-cycle',
    'Windows of the second have a builder, so they have words.',
    /\btime of second\b|\bthis second\b/,
  ),
  reads(
    'every-cycle-takes-every-window',
    '`starting`, `on` and `at` have a builder at each cycle, so they have words there.',
    /\btime of (minute|hour|day|week|month) (starting|on|at) |\b(\w+ly|today|this \w+) at /,
  ),
  reads(
    'a-cycle-without-a-window-is-whole',
    '`time of day` alone is the whole day, as its builder is.',
    /\btime of (minute|hour|day|week|month)\s*($|[&|)])/,
  ),
  reads(
    'all-that-happens-is-history',
    'A crash, and that an occurrence was missed, have a builder, so they have words.',
    /\bhas (crashed|missed)\b/,
  ),
  reads('this-day-is-today', '`thisDay` is `today` in the builders, and so in words.', /\bthis day\b/),
  reads(
    'comparisons-have-words',
    'Each comparison of a count has a builder, so it has words.',
    /\b(exactly|at least|at most|more than|less than) \d+ (times|cycles)\b/,
  ),
  reads(
    'running-has-words',
    'How long a run lives, and that one of this task does, have a builder, so they have words.',
    /\bthis task is running\b|\bis running (more|less) than\b/,
  ),
  reads('retry-has-words', '`retry` has a builder, so it has words.', /\bretry\b/),
  reads(
    'surroundings-have-words',
    'That the session has started, and the value of a param as such, have a builder, so they have words.',
    /\bscheduler started$|\bparam '.*' is [^']/,
  ),
  reads(
    'after-a-termination',
    '`after task … terminated` is documented by Rocketry and read by us.',
    /\bafter (any )?tasks? '.*' terminated\b/,
  ),
  {
    file: 'parse',
    name: 'a-period-goes-by-its-condition',
    reason: 'A condition that is nothing but a period may name it, and so may a cron.',
    applies: (row, got) =>
      row.kind === 'time' &&
      row.expected === null &&
      !isError(got) &&
      /^\s*(secondly|minutely|hourly|daily|weekly|monthly|yearly|cron)\b/.test(String(row.statement)),
  },
  reads('quotes-hold-any-character', 'A task name in quotes may hold `& | ~ ( )`.', /'[^']*[&|~()][^']*'/),
  {
    file: 'parse',
    name: 'a-length-is-not-negative',
    reason: 'A negative length is an error at the door; Rocketry takes off the sign.',
    applies: (row, got) => isError(got) && /\b(every|past) -/.test(String(row.statement)),
  },
  {
    file: 'parse',
    name: 'nothing-is-not-combined',
    reason:
      'To wait for none of the tasks, or to compare with no number, is a mistake and an error at the door.',
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
      'A window at a moment is one unit, of a month a day: also where the month ends within it. On an axis of 31 days it ends with the month.',
    applies: (row) =>
      cyclesIn(row.tree).some((spec) => reachesOverMonthEnd(spec, instantOf(row, row.now), zoneOf(row))),
  },
  {
    file: 'task-executable',
    name: 'a-window-excludes-its-end',
    reason: 'Windows of history are half-open: what was recorded at the very end is not in it.',
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
      'A past span is (now - length, now]: what was recorded exactly that long ago is no longer in it, so `every X` holds again.',
    applies: (row) => {
      const ages = recordedAt(row).map((at) => instantOf(row, row.now) - at)
      return spansIn(row.tree).some((length) => ages.includes(length))
    },
  },
  {
    file: 'task-executable',
    name: 'a-moment-in-a-fold-is-its-first',
    reason: 'Of a wall time that comes twice in autumn, a window or a cron takes the first.',
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

/** The wall clock reads so for the second time. */
function isSecondOfTwo(row: Row, text: unknown): boolean {
  const time = DateTime.fromISO(text as string, { zone: zoneOf(row) })
  const twice = time.getPossibleOffsets()
  return twice.length > 1 && time.toMillis() === Math.max(...twice.map((other) => other.toMillis()))
}
