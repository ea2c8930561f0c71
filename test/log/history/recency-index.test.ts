import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Action, actions } from '../../../machines/protocol.ts'
import type { RunRecord } from '../../../src/log/entry.ts'
import { marksPerAction, RecencyIndex } from '../../../src/log/history/recency-index.ts'
import { checkProperty } from '../../support/property.ts'
import { record } from '../../support/stores/store-laws.ts'

interface Made {
  readonly record: RunRecord
  readonly mono: number
}

/** Records of two tasks; any record may set the wall clock back, the monotonic clock never goes back. */
const histories = fc
  .array(
    fc.record({
      task: fc.constantFrom('a', 'b'),
      action: fc.constantFrom(...actions),
      waits: fc.integer({ min: 0, max: 10 }),
      set: fc.integer({ min: -40, max: 20 }),
      isSet: fc.boolean(),
    }),
    { maxLength: 80 },
  )
  .map((steps) => {
    let wall = 1_000
    let mono = 0
    return steps.map(({ task, action, waits, set, isSet }, i): Made => {
      mono += waits
      wall += waits + (isSet ? set : 0)
      return { record: record(i + 1, task, action, { at: wall, runId: `${task}${i % 7}` }), mono }
    })
  })

const someActions = fc.uniqueArray(fc.constantFrom<Action>(...actions), { maxLength: 6 })

describe('RecencyIndex agrees with a scan of all records', () => {
  const matching = (made: readonly Made[], task: string, wanted: readonly Action[]) =>
    made.filter((one) => one.record.task === task && wanted.includes(one.record.action))

  test('newest, lastOf, status, streak, openRuns, countBetween, countWithin, countWithinChangesIn', () => {
    checkProperty(
      fc.property(
        histories,
        someActions,
        fc.integer({ min: 900, max: 1_900 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 200 }),
        fc.boolean(),
        (made, wanted, start, length, near, width, isOpenEnded) => {
          const index = new RecencyIndex()
          for (const { record, mono } of made) index.add(record, mono)
          const nowMono = (made.at(-1)?.mono ?? 0) + 3
          const far = isOpenEnded ? Infinity : near + width
          const found = matching(made, 'a', wanted)

          const newest = found.at(-1)
          expect(index.newest('a', wanted, nowMono)).toEqual(
            newest === undefined ? null : { record: newest.record, ageMs: nowMono - newest.mono },
          )
          for (const action of actions)
            expect(index.lastOf('a', action)).toBe(matching(made, 'a', [action]).at(-1)?.record ?? null)
          expect(index.status('a')).toBe(matching(made, 'a', actions).at(-1)?.record.action ?? null)

          const ends = matching(made, 'a', actions.slice(1)).map((one) => one.record.action)
          const broken = ends.findLastIndex((action) => !wanted.includes(action))
          expect(index.streak('a', wanted)).toBe(ends.length - 1 - broken)

          const open = new Map<string, RunRecord>()
          for (const { record } of made)
            if (record.action === 'run') open.set(record.runId, record)
            else open.delete(record.runId)
          expect(new Set(index.openRuns())).toEqual(new Set(open.values()))

          const within = found.filter(({ mono }) => nowMono - mono >= near && nowMono - mono < far).length
          expect(index.countBetween('a', wanted, start, start + length)).toBe(
            found.filter(({ record }) => record.at >= start && record.at < start + length).length,
          )
          expect(index.countWithin('a', wanted, near, far, nowMono)).toBe(within)

          // The passage of time changes the count at the returned instant, and not before.
          const changesIn = index.countWithinChangesIn('a', wanted, near, far, nowMono)
          const waits = found.flatMap(({ mono }) => [near - (nowMono - mono), far - (nowMono - mono)])
          if (near <= far) expect(changesIn).toBe(Math.min(Infinity, ...waits.filter((wait) => wait > 0)))
        },
      ),
      { runs: 1_000 },
    )
  })
})

test('RecencyIndex: the newest record is the one with the highest seq, in any order of arrival', () => {
  const index = new RecencyIndex()
  index.add(record(2, 'a', 'run'), 2)
  index.add(record(1, 'a', 'success'), 1)
  index.add(record(4, 'a', 'fail'), 2)
  index.add(record(3, 'a', 'fail'), 2)
  expect(index.lastOf('a', 'fail')?.seq).toBe(4)
  expect(index.status('a')).toBe('fail')
  expect(index.newest('a', ['run', 'success'], 5)).toMatchObject({ record: { seq: 2 }, ageMs: 3 })
})

test('RecencyIndex: an age is never negative', () => {
  const index = new RecencyIndex()
  index.add(record(1), 10)
  expect(index.newest('a', ['run'], 9)?.ageMs).toBe(0)
})

test('RecencyIndex: a count up to the limit is exact for a log of any length, and memory is bounded', () => {
  const index = new RecencyIndex()
  for (let seq = 1; seq <= 20_000; seq++) index.add(record(seq, 'a', 'run', { at: seq }), seq)
  const count = (start: number) => index.countBetween('a', ['run'], start, Infinity)
  expect(count(20_001 - marksPerAction)).toBe(marksPerAction)
  expect(count(0)).toBeGreaterThanOrEqual(marksPerAction)
  expect(count(0)).toBeLessThanOrEqual(marksPerAction * 1.5)
})

test('RecencyIndex.keep: keeps records as far back, or as many, as requested', () => {
  const index = new RecencyIndex()
  index.keep('a', { lastMs: 5_000 })
  index.keep('a', { lastMs: 1_000 })
  index.keep('b', { count: 2_000 })
  for (let seq = 1; seq <= 20_000; seq++) {
    index.add(record(seq, 'a', 'run', { at: seq }), seq)
    index.add(record(seq, 'b', 'run', { at: seq }), seq)
  }
  expect(index.countWithin('a', ['run'], 4_000, 5_000, 20_000)).toBe(1_000)
  expect(index.countBetween('b', ['run'], 18_001, 20_001)).toBe(2_000)
  expect(index.countBetween('a', ['run'], 0, 30_000)).toBeLessThan(7_000)
})

test('RecencyIndex.keep: counts remain exact when the clock was set back in between', () => {
  const index = new RecencyIndex()
  for (let seq = 1; seq <= 3_000; seq++)
    index.add(record(seq, 'a', 'run', { at: seq < 2_700 ? seq : seq - 1_000 }), seq)
  // The newest 500 are 2501 … 2699 and, after the clock was set back, 1700 … 2000.
  expect(index.countBetween('a', ['run'], 1_700, 2_001)).toBe(301)
  expect(index.countBetween('a', ['run'], 2_501, 2_700)).toBe(199)
})

test('RecencyIndex.forget: a forgotten task has no records and no open runs', () => {
  const index = new RecencyIndex()
  index.add(record(1), 1)
  index.add(record(2, 'b'), 1)
  index.forget('a')
  expect(index.status('a')).toBeNull()
  expect(index.openRuns()).toHaveLength(1)
  expect([...index.tasks()]).toEqual(['b'])
})

test('RecencyIndex.streak is bounded, and correct at its new start', () => {
  const index = new RecencyIndex()
  for (let seq = 1; seq <= 10_000; seq++) index.add(record(seq, 'a', seq % 2 ? 'fail' : 'success'), seq)
  for (let seq = 10_001; seq <= 10_007; seq++) index.add(record(seq, 'a', 'fail'), seq)
  expect(index.streak('a', ['fail'])).toBe(7)
  expect(index.streak('a', ['fail', 'success'])).toBeLessThan(1_100)
})
