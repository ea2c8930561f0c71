/** Messages for invalid statements: the position, the expected words, and suggestions. */
import { describe, expect, test } from '@jest/globals'
import { problemOf } from '../../support/problem-of.ts'

describe('StatementError of a statement', () => {
  const table: readonly [text: string, at: string, expected: string, near?: string | null][] = [
    ['dayly', 'dayly', 'daily [', 'daily'],
    ['Daily', 'Daily', 'daily [', 'daily'],
    ['not daily', 'not', '', '~'],
    ['daily and hourly', 'and', '&', '&'],
    ['daily or hourly', 'or', '|', '|'],
    ['daily aftr 07:00', 'aftr', 'before', 'after'],
    ['daily between 10:00', '', 'and'],
    ['daily after', '', 'a moment'],
    ['daily after 25:00', '25:00', 'a time such as'],
    ['daily after 07:00 and hourly', '07:00 and', 'a time such as', '&'],
    ['weekly on Mon, Tusday', 'Tusday', 'a weekday', 'tuesday'],
    ['monthly on frist Mon', 'frist', 'a day', 'first'],
    ['yearly on Decembre 24th', 'Decembre', 'a month', 'december'],
    ['every', '', 'a duration'],
    ['every 10 minuts', 'minuts', 'a number and a unit', 'minutes'],
    ['every 10 minutes betwen 08:00 and 16:00', 'betwen', 'between', 'between'],
    ['every 10 minutes between 08:00 and 26:00', '26:00', 'a time such as'],
    ['every 10 minutes based on strat', 'strat', 'start', 'start'],
    ['cron 61 * * * *', '61', 'numbers from 0 to 59'],
    ['cron * * * * FUN', 'FUN', 'names such as `MON`', 'SUN'],
    ['cron 0 7 * * * with grace 10 minuts', 'minuts', 'a number and a unit', 'minutes'],
    ['daily in Europe/Helsinky', 'Europe/Helsinky', 'a time zone', 'Europe/Helsinki'],
    ['(daily & weekly) in Europe/Helsinky', 'Europe/Helsinky', 'a time zone', 'Europe/Helsinki'],
    ['after task fetch', 'fetch', 'text in quotes'],
    ["after task 'fetch' sucseeded", 'sucseeded', 'succeeded', 'succeeded'],
    ["after tasks 'a' 'b'", "'b'", 'succeeded'],
    ['after any tasks', '', 'text in quotes'],
    ["task 'x' has suceeded", 'suceeded', 'succeeded', 'succeeded'],
    ['has succeeded tody', 'tody', 'today', 'today'],
    ['has succeeded this dekade', 'dekade', 'week'],
    ['has failed past 2 hous', 'hous', 'a number and a unit', 'hours'],
    ["task 'x' is runing", 'runing', 'running', 'running'],
    ['scheduler has more then 3 cycles', 'then', 'than', 'than'],
    ['scheduler has many cycles', 'many', 'a number'],
    ['retry three times', 'three', 'a number'],
    ['retry 3 times on failure', 'failure', 'fail'],
    ['retry 3 times varying by 2', '2', ''],
    ['once at tomorrow', 'tomorrow', 'a date such as'],
    ['once at 2026-13-01', '2026-13-01', ''],
    ['in ten minutes', 'ten', 'a number and a unit'],
    ['at most five runs', 'five', 'a number'],
    ['at most 0 runs', '0', ''],
    ['param x exists', 'x', 'text in quotes'],
    ["param 'x' equals 'y'", 'equals', 'exists'],
    ["during 'time of day aftr 07:00'", 'time of', '', null],
    ['true false', 'false', 'the end'],
    ['daily  after 07:00', '  after', 'one blank', null],
    ['daily\n  &   weekly on Mun', 'Mun', 'a weekday', 'Mon'],
  ]

  test.each(table.map(([text, at, expected, near]) => ({ text, at, expected, near })))(
    '$text is reported at "$at" with what is expected, "$expected", and what is near, $near',
    ({ text, at, expected, near }) => {
      const problem = problemOf(text)
      expect(text.slice(problem.offset)).toMatch(new RegExp(`^${at.replace(/[()+*]/g, '\\$&')}`))
      if (at === '') expect(problem.offset).toBe(text.length)
      expect(problem.expected.join(', ')).toContain(expected)
      if (near) expect(problem.near).toContain(near)
      else if (near === undefined) expect(problem.near).toEqual([])
    },
  )

  test('the message shows the line with a caret under the position, the expected words, and similar words', () => {
    expect(problemOf("weekly &\n  task 'x' has suceeded").message.split('\n')).toEqual([
      "Cannot read the statement as it contains unknown words: task 'x' has suceeded",
      "    task 'x' has suceeded",
      '                 ^',
      'expected started, succeeded, failed, finished, terminated, inacted, crashed, missed',
      'did you mean `succeeded`?',
    ])
  })
})
