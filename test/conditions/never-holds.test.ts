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
} from '../../src/conditions/index.ts'
import { noon } from './trees.ts'

const why = (condition: { node: Parameters<typeof neverHolds>[0] }) =>
  neverHolds(condition.node, 'Europe/Helsinki', noon)

describe('neverHolds', () => {
  test('neverHolds tells of times that never meet', () => {
    expect(why(timeOfMonth.on('30th').and(timeOfYear.on('Feb')))).toContain('do not meet')
    expect(why(daily.after('07:00').and(timeOfWeek.on('Mon'), timeOfWeek.on('Tue')))).toContain('do not meet')
  })

  test('neverHolds tells of a cron that never occurs', () => {
    expect(why(cron('0 0 30 2 *'))).toContain('does not occur')
    expect(why(cron('0 0 29 2 *'))).toBeNull()
  })

  test('neverHolds tells of a condition beside its opposite', () => {
    const after = afterSuccess('a')
    expect(why(after.and(not(after)))).toContain("'after task 'a' succeeded' and its opposite")
    expect(why(after.or(not(after)))).toBeNull()
  })

  test('neverHolds of any is only where no part can hold', () => {
    const cannot = timeOfWeek.on('Mon').and(timeOfWeek.on('Tue'))
    expect(why(cannot.or(daily))).toBeNull()
    expect(why(cannot.or(cannot.and(daily)))).not.toBeNull()
    expect(why(parse('false & daily'))).toContain("'false'")
  })

  test('neverHolds keeps quiet where it can hold, and of a plain false', () => {
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
