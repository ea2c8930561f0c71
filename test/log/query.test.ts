import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { RunRecord } from '../../src/log/entry.ts'
import { checkNoteQuery, checkQuery, streamRecords } from '../../src/log/query.ts'
import { createMemoryStore } from '../../src/log/stores/memory.ts'
import { checkProperty } from '../support/property.ts'
import { record } from '../support/stores/store-laws.ts'

test('checkQuery accepts valid queries', () => {
  const query = { task: 'a', limit: Infinity, since: -1, before: 5, after: 2, oldestFirst: true, error: 'x' }
  expect(checkQuery(query)).toBe(query)
})

test.each([
  [{ tsak: 'a' }, TypeError, /keys must be known .*: 'tsak'\. Did you mean 'task'\?/],
  [{ action: 'failed' }, RangeError, /an action must be one of run, .*: failed\. Did you mean 'fail'\?/],
  [{ action: ['run', 5] }, RangeError, /an action must be one of .*: 5/],
  [{ limit: -1 }, RangeError, /limit must not be negative: -1/],
  [{ limit: Number.NaN }, TypeError, /limit must be a number: NaN/],
  [{ since: '2026-01-01' }, TypeError, /since must be a number: 2026-01-01/],
  [null, TypeError, /must be an object: null/],
])('checkQuery refuses %j', (query, kind, message) => {
  expect(() => checkQuery(query as never)).toThrow(kind)
  expect(() => checkQuery(query as never)).toThrow(message)
})

test('checkNoteQuery accepts valid queries', () => {
  const query = { task: 'a', runId: 'r1', note: ['missed', 'late'], before: 5, limit: 10 } as const
  expect(checkNoteQuery(query)).toBe(query)
})

test.each([
  [{ action: 'run' }, TypeError, /keys must be known \(task, runId, note, before, limit\): 'action'/],
  [{ note: 'mised' }, RangeError, /a note must be one of missed, .*: mised\. Did you mean 'missed'\?/],
  [{ note: ['late', 5] }, RangeError, /a note must be one of .*: 5/],
  [{ limit: -1 }, RangeError, /limit must not be negative: -1/],
  [{ before: '5' }, TypeError, /before must be a number: 5/],
  [5, TypeError, /must be an object: 5/],
])('checkNoteQuery refuses %j', (query, kind, message) => {
  expect(() => checkNoteQuery(query as never)).toThrow(kind)
  expect(() => checkNoteQuery(query as never)).toThrow(message)
})

async function all(records: AsyncIterable<RunRecord>): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of records) seqs.push(seq)
  return seqs
}

test('streamRecords returns what query returns, page by page, in either order and with any limit', async () => {
  const store = createMemoryStore()
  store.append(Array.from({ length: 1_203 }, (_, i) => record(i + 1, i % 2 ? 'a' : 'b', 'success')))
  await checkProperty(
    fc.asyncProperty(
      fc.record(
        {
          task: fc.constantFrom('a', 'b', 'nobody'),
          limit: fc.constantFrom(0, 1, 499, 500, 501, 1_000, 5_000),
          oldestFirst: fc.boolean(),
          after: fc.constantFrom(0, 700),
          before: fc.constantFrom(5_000, 900),
        },
        { requiredKeys: [] },
      ),
      async (query) => {
        expect(await all(streamRecords(store, query))).toEqual(store.query(query).map(({ seq }) => seq))
      },
    ),
    { runs: 50 },
  )
})

test('streamRecords: records that are added meanwhile cause no duplicates and no gaps', async () => {
  const store = createMemoryStore({ retention: { maxPerTask: 10_000 } })
  store.append(Array.from({ length: 1_200 }, (_, i) => record(i + 1, 'a', 'success')))
  const seqs: number[] = []
  let next = 1_201
  for await (const { seq } of streamRecords(store, {})) {
    seqs.push(seq)
    if (seqs.length % 100 === 0) store.append([record(next++, 'a', 'success')])
  }
  expect(seqs).toEqual(Array.from({ length: 1_200 }, (_, i) => 1_200 - i))
})
