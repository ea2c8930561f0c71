import { describe, expect, test } from '@jest/globals'
import { type Judged, printReport, printRules, surprises } from './report.ts'
import type { Verdict } from './time/time-rules.ts'

const judged = (...verdicts: readonly Verdict['verdict'][]): readonly Judged[] =>
  verdicts.map((verdict, place) => ({ id: `row-${place}`, verdict: { verdict, got: 'this' } }))

describe('printReport', () => {
  test('prints the counts and the first difference', () => {
    expect(printReport('parse', judged('agree', 'differ', 'differ', 'skipped', 'accepted'))).toBe(
      'parse: 1 agree, 2 differ (row-1 …), 1 accepted, 1 skipped, 0 unsupported',
    )
    expect(printReport('parse', judged('differ'))).toBe(
      'parse: 0 agree, 1 differ (row-0), 0 accepted, 0 skipped, 0 unsupported',
    )
    expect(printReport('parse', judged('agree', 'unsupported'))).toBe(
      'parse: 1 agree, 0 differ, 0 accepted, 0 skipped, 1 unsupported',
    )
  })
})

describe('surprises', () => {
  test('an unlisted difference is a surprise', () => {
    expect(surprises(judged('agree', 'differ'), {})).toEqual(['row-1 differs: this'])
  })

  test('a listed difference is not a surprise, and a listed row that agrees or is accepted is one', () => {
    expect(surprises(judged('differ'), { 'row-0': 'later' })).toEqual([])
    expect(surprises(judged('agree'), { 'row-0': 'later' })).toHaveLength(1)
    expect(surprises(judged('accepted'), { 'row-0': 'later' })).toHaveLength(1)
  })
})

test('printRules prints the number of accepted rows per rule, most first', () => {
  const by = (rule: string): Judged => ({ id: rule, verdict: { verdict: 'accepted', rule } })
  expect(printRules([by('a'), by('b'), by('b')])).toEqual(['2 b', '1 a'])
})
