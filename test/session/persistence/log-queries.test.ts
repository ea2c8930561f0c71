/** Queries of the run log in the public API: counts, and streams that need little memory. */
import { afterEach, expect, test } from '@jest/globals'
import { createMemoryStore, type RunRecord } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const noon = Date.UTC(2026, 10, 24, 12)

/** Creates a store with `count` records, which alternate between two tasks. */
function storeOf(count: number) {
  const store = createMemoryStore({ retention: { maxPerTask: count } })
  const records = Array.from({ length: count }, (_, i) => ({
    seq: i + 1,
    task: i % 2 === 0 ? 'even' : 'odd',
    runId: String(i),
    action: 'success',
    at: noon - count + i,
  }))
  store.append(records as RunRecord[])
  return store
}

test('session.log.count() counts all matching records, regardless of the limit', async () => {
  const { app, session } = setUp({ store: storeOf(1_501) })
  await app.start()
  expect(await session.log.count()).toBe(1_501)
  expect(await session.log.count({ task: 'odd', limit: 10 })).toBe(750)
  expect(await session.log.count({ action: 'fail' })).toBe(0)
  await expect(session.log.count({ action: 'sucess' as never })).rejects.toThrow(/success/)
})

test('session.log.stream() yields the records of query(), in both orders, and reads them in pages', async () => {
  const store = storeOf(1_501)
  const pages: (number | undefined)[] = []
  const { app, session } = setUp({
    store: Object.assign(store, {
      query: ((inner) => (query: Parameters<typeof inner>[0]) => {
        pages.push(query.limit)
        return inner.call(store, query)
      })(store.query),
    }),
  })
  await app.start()
  for (const query of [{}, { oldestFirst: true }, { task: 'odd' }, { limit: 700 }]) {
    const all = await session.log.query(query)
    pages.length = 0
    const streamed: RunRecord[] = []
    for await (const record of session.log.stream(query)) streamed.push(record)
    expect(streamed).toEqual(all)
    // A page is bounded, so that the memory does not depend on the number of records.
    expect(Math.max(...pages.map((limit) => limit ?? Infinity))).toBeLessThan(1_000)
  }
})

test('session.log.stream() stops reading when its consumer stops, and refuses an invalid query', async () => {
  const { app, session } = setUp({ store: storeOf(1_501) })
  await app.start()
  for await (const { seq } of session.log.stream()) {
    expect(seq).toBe(1_501)
    break
  }
  expect(() => session.log.stream({ action: 'sucess' as never })).toThrow(/success/)
})

test('session.log.notes() with an undefined kind omits lines and saved state, as without a kind', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('t', false, (_, run) => run.log.info('a line'))
  await app.start()
  const run = task.run()
  await clock.settled()
  await run
  await session.log.note({ message: 'kept' })
  for (const query of [{}, { note: undefined as never }])
    expect((await session.log.notes(query)).map(({ note }) => note)).toEqual(['audit'])
  expect(await session.log.notes({ note: 'lines' })).toHaveLength(1)
})
