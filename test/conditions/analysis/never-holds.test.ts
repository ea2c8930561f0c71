import { describe, expect, test } from '@jest/globals'
import {
  afterSuccess,
  cron,
  daily,
  monthly,
  neverHolds,
  not,
  parse,
  timeOfMonth,
  timeOfWeek,
  timeOfYear,
} from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'

const why = (condition: { node: Parameters<typeof neverHolds>[0] }) =>
  neverHolds(condition.node, 'Europe/Helsinki', noon)

describe('neverHolds', () => {
  test('neverHolds reports times that never overlap', () => {
    expect(why(timeOfMonth.on('30th').and(timeOfYear.on('Feb')))).toContain('do not meet')
    expect(why(daily.after('07:00').and(timeOfWeek.on('Mon'), timeOfWeek.on('Tue')))).toContain('do not meet')
  })

  test.each([
    ['hourly before 10:00 & minutely & hourly after 20:00', 'do not meet'],
    ['minutely before 10 & minutely after 20', 'do not meet'],
    ['weekly on Mon & (time of week on Tue | time of week on Wed)', 'do not meet'],
    ['daily & ~(weekly & ~monthly)', null],
    ['daily & ~time of week', "'~time of week' is true at no time"],
    ['daily before 08:00 in Asia/Tokyo & daily after 20:00 in Europe/London', null],
    ['hourly & until 2020-01-01', "'until 2020-01-01' is true at no time"],
    ['once at 2036-01-01', "'once at 2036-01-01' is true at no time"],
    ['once at 2020-01-01', null],
    ['in 10 minutes & daily', null],
    ['cron 0 7 * * * & time of day after 08:00', 'do not meet within a year'],
    ['cron 0 7 * * * & time of day after 07:00', null],
    ["during 'yesterday'", null],
    ['has succeeded today & has succeeded today exactly 0 times', 'never hold together'],
    ['has failed today at least 3 times & has failed today less than 3 times', 'never hold together'],
    ['has failed today at least 3 times & has failed this week less than 3 times', null],
    ["param 'x' is 'a' & param 'x' is 'b'", "'param 'x' is 'a'' and 'param 'x' is 'b'' never hold together"],
    ["param 'x' is '5' & param 'x' is 5", null],
    ['scheduler has run over 2 hours & scheduler started 1 hour ago', 'never hold together'],
    ['scheduler has more than 3 cycles & scheduler has less than 4 cycles', 'never hold together'],
    ['time of month on 13th & time of week on Fri & time of day at 23:00', null],
    ['yearly on Feb 29 & time of week on Mon', 'do not meet'],
    ["(after task 'a' & ~after task 'a') | daily", null],
    ['secondly & minutely & hourly & daily & weekly & monthly & yearly', null],
  ])('neverHolds of %j: %j', (text, expected) => {
    if (expected === null) expect(why(parse(text))).toBeNull()
    else expect(why(parse(text))).toContain(expected)
  })

  test('neverHolds reports a cron that never occurs', () => {
    expect(why(cron('0 0 30 2 *'))).toContain('at no time')
    expect(why(cron('0 0 29 2 *'))).toBeNull()
  })

  test('neverHolds reports a condition combined with its opposite', () => {
    const after = afterSuccess('a')
    expect(why(after.and(not(after)))).toContain("'after task 'a' succeeded' and its opposite")
    expect(why(after.or(not(after)))).toBeNull()
  })

  test('neverHolds reports an any() only if no part can hold', () => {
    const cannot = timeOfWeek.on('Mon').and(timeOfWeek.on('Tue'))
    expect(why(cannot.or(daily))).toBeNull()
    expect(why(cannot.or(cannot.and(daily)))).not.toBeNull()
    expect(why(parse('false & daily'))).toContain("'false'")
  })

  test('neverHolds does not report conditions that can hold, or a plain false', () => {
    for (const fine of [
      daily,
      monthly.on('31st'),
      afterSuccess('a'),
      parse('false'),
      timeOfMonth.on('29th').and(timeOfYear.on('Feb')),
    ])
      expect(why(fine)).toBeNull()
  })
})
