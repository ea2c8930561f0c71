import { expect, test } from '@jest/globals'
import { nextTurn } from '../../../src/clock/system-clock.ts'
import type { Store } from '../../../src/log/store.ts'
import { createMemoryStore } from '../../../src/log/stores/memory.ts'
import { describeStore, note, record } from '../../support/stores/store-laws.ts'

describeStore('createMemoryStore', { create: () => createMemoryStore() })

/** A custom store: all methods are asynchronous, and the optional ones are missing. */
function createDistantStore(): Store {
  const store = createMemoryStore()
  const later = async <T>(act: () => T): Promise<T> => {
    await nextTurn()
    return act()
  }
  return {
    name: 'distant',
    durable: true,
    load: () => later(() => store.load()),
    append: (entries) => later(() => store.append(entries)),
    query: (query) => later(() => store.query(query)),
    notes: (query) => later(() => store.notes(query)),
    prune: (retention, now) => later(() => store.prune(retention, now)),
    close: () => later(() => store.close()),
  }
}

describeStore('a custom Store, asynchronous and without optional methods,', {
  create: createDistantStore,
})

test('createMemoryStore is bounded per task, and a flood does not displace the newest of each action', () => {
  const store = createMemoryStore({ retention: { maxPerTask: 10 } })
  store.append([record(1, 'a', 'fail'), record(2, 'b', 'success')])
  for (let seq = 3; seq < 50_000; seq++) store.append([record(seq, 'a', 'inaction')])
  expect(store.size).toBeLessThan(1_500)
  expect(store.query({ action: 'fail' })).toHaveLength(1)
  expect(store.query({ task: 'b' })).toHaveLength(1)
  expect(store.query({ task: 'a', limit: 1 })[0]?.seq).toBe(49_999)
})

test('createMemoryStore is bounded in total, for any number of tasks', () => {
  const store = createMemoryStore({ retention: { maxTotal: 500 } })
  for (let seq = 1; seq < 20_000; seq++) store.append([record(seq, `task ${seq % 50}`, 'success')])
  expect(store.size).toBeLessThan(2_000)
})

test('createMemoryStore: a flood of notes displaces no record', () => {
  const store = createMemoryStore({ retention: { maxPerTask: 100 } })
  store.append(Array.from({ length: 50 }, (_, i) => record(i + 1)))
  for (let seq = 51; seq < 20_000; seq++) store.append([note(seq)])
  expect(store.query({ task: 'a' })).toHaveLength(50)
})

test('createMemoryStore holds one state per workflow, and keeps that of an open run beyond all limits', () => {
  const store = createMemoryStore({ retention: { maxPerTask: 1 } })
  store.append([record(1, 'a', 'run', { runId: 'x' }), record(2, 'a', 'run', { runId: 'y' })])
  for (let seq = 3; seq < 1_003; seq++)
    store.append([note(seq, 'a', { note: 'workflow', runId: seq % 2 === 0 ? 'x' : 'y' })])
  expect(store.size).toBe(4)
  expect(store.prune({ maxPerTask: 0, maxTotal: 0, maxAgeMs: 0 }, 10_000_000)).toBe(0)
  expect(store.notes({ note: 'workflow' }).map(({ seq }) => seq)).toEqual([1_002, 1_001])
  store.append([record(1_003, 'a', 'success', { runId: 'x' })])
  expect(store.prune({ maxPerTask: 0 }, 0)).toBe(2)
  expect(store.notes({ note: 'workflow' }).map(({ runId }) => runId)).toEqual(['y'])
})

test('createMemoryStore refuses a limit that is not a number of at least 0 with a RangeError', () => {
  expect(() => createMemoryStore({ retention: { maxPerTask: -1 } })).toThrow(RangeError)
  expect(() => createMemoryStore({ retention: { maxAgeMs: Number.NaN } })).toThrow(
    /maxAgeMs must be a number of at least 0: NaN/,
  )
})
