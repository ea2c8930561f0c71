/** Where our answers to the condition files differ from Rocketry's on purpose. */
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
    reason: 'To wait for all of no tasks is a mistake of the caller and an error at the door.',
    applies: (row, got) => isError(got) && /^after_(all|any)_\w+\(\)$/.test(String(row.statement)),
  },
]
