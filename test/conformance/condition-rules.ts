/** Where our answers to the condition files differ from Rocketry's on purpose. */
import { DateTime } from 'luxon'
import type { PeriodSpec } from './period-spec.ts'
import { periodOf } from './period-spec.ts'
import type { Row } from './time-rules.ts'

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
  reads('the-year-is-a-cycle', 'Windows of the year are words, too.', /\btime of year\b|\byearly\b/),
  reads('the-second-is-a-cycle', 'Windows of the second are words, too.', /\btime of second\b/),
  reads(
    'every-cycle-takes-every-window',
    '`starting`, `on` and `at` follow each `time of …`, as they follow each builder.',
    /\btime of (minute|hour|day|week|month) (starting|on|at) /,
  ),
  reads(
    'a-cycle-without-a-window-is-whole',
    '`time of day` alone is the whole day, as the builder is.',
    /\btime of (minute|hour|day|week|month)\s*($|[&|)])/,
  ),
  reads('a-crash-is-history', 'A crash is one of the six actions and can be asked for.', /\bhas crashed\b/),
  reads('this-day-is-today', '`this day` is `today`, as in the builders.', /\bthis day\b/),
  reads(
    'after-a-termination',
    '`after task … terminated` is documented by Rocketry and read by us.',
    /\bafter (any )?tasks? '.*' terminated\b/,
  ),
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
      periodsOf(row.tree).some(
        ({ type, args }) =>
          type === 'TimeOfMonth' && args.starting === true && Number.parseInt(String(args.start), 10) > 28,
      ),
  },
  {
    file: 'task-executable',
    name: 'a-day-from-a-moment-is-a-day',
    reason: 'A window at a moment of a day is a whole day long, also where the month ends within it.',
    applies: (row) =>
      periodsOf(row.tree).some(
        ({ type, args }) =>
          type === 'TimeOfMonth' && args.time_point === true && /^(28|29|30)\D+ /.test(String(args.start)),
      ) && instantOf(row, row.now).day === 1,
  },
  {
    file: 'task-executable',
    name: 'a-window-excludes-its-end',
    reason: 'Windows of history are half-open: what was recorded at the very end is not in it.',
    applies: (row) => {
      const zone = zoneOf(row)
      const at = instantOf(row, row.now).toMillis()
      const logs = row.logs as readonly { readonly created: string }[]
      return periodsOf(row.tree).some((spec) => {
        const end = periodOf(spec).previous(at, zone)?.end
        return logs.some(({ created }) => instantOf(row, created).toMillis() === end)
      })
    },
  },
  {
    file: 'task-executable',
    name: 'a-moment-in-a-fold-is-its-first',
    reason: 'Of a wall time that comes twice in autumn, a window or a cron takes the first.',
    applies: (row) => instantOf(row, row.now).getPossibleOffsets().length > 1,
  },
]

const zoneOf = (row: Row) => (row.timezone as string | null) ?? 'UTC'
const instantOf = (row: Row, text: unknown) => DateTime.fromISO(text as string, { zone: zoneOf(row) })

/** All period specs in a tree. */
function periodsOf(tree: unknown): PeriodSpec[] {
  if (typeof tree !== 'object' || tree === null) return []
  const inner = Object.values(tree).flatMap(periodsOf)
  const { type } = tree as { type?: unknown }
  return typeof type === 'string' && type.startsWith('TimeOf') ? [tree as PeriodSpec, ...inner] : inner
}
