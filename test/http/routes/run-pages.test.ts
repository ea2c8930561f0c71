/** Pages of runs: together they are the whole list, for any page size and for runs that start or end in between. */
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { RunRecord } from 'gantry'
import {
  fromCursor,
  type Item,
  type LiveRun,
  type Place,
  readRunPage,
  toCursor,
} from '../../../src/http/views/run-pages.ts'
import { type Served, serve } from '../../support/http/server.ts'
import { checkProperty } from '../../support/property.ts'

/** A log and its live runs, without a session: a list of numbers defines the changes between two pages. */
class Model {
  seq = 0
  made = 0
  live: (LiveRun & { at: number })[] = []
  records: RunRecord[] = []

  start(at: number): void {
    this.seq += 1
    const id = `run-${(this.made++).toString().padStart(4, '0')}`
    this.live.push({ id, at, startedAt: { toMillis: () => at } })
  }

  end(nth: number): void {
    const [run] = this.live.splice(nth % Math.max(1, this.live.length), 1)
    if (run === undefined) return
    const record = {
      seq: ++this.seq,
      task: 't',
      runId: run.id,
      action: 'success',
      at: 0,
      start: run.at,
    } as const
    this.records.unshift(record)
  }

  readonly source = {
    top: async () => this.seq,
    live: () => this.live,
    ended: async (limit: number, { before = Number.POSITIVE_INFINITY, after = 0 }) =>
      this.records.filter(({ seq }) => seq < before && seq > after).slice(0, limit),
  }
}

const idOf = (item: Item<LiveRun>): string => ('live' in item ? item.live.id : item.ended.runId)

const happening = fc.oneof(
  fc.record({ start: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ end: fc.nat(20) }),
)

test('pages of any size together hold each run once, also while runs end and start between them', async () => {
  await checkProperty(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 30 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.array(happening, { maxLength: 6 })), {
        minLength: 1,
        maxLength: 8,
      }),
      async (before, between) => {
        const model = new Model()
        const happen = (what: { start?: number; end?: number }): void => {
          if (what.start !== undefined) model.start(what.start)
          else model.end(what.end!)
        }
        for (const each of before) happen(each)
        const wanted = [...model.live.map(({ id }) => id), ...model.records.map(({ runId }) => runId)].sort()
        const got: string[] = []
        let place: Place | null = null
        for (let page = 0; page === 0 || place !== null; page++) {
          // Each page but the last shows a run, so more pages than runs would be endless.
          if (page > model.made) throw new Error(`the pages do not end: ${got.join(' ')}`)
          const [size, after] = between[page % between.length]!
          const read: Awaited<ReturnType<typeof readRunPage<LiveRun>>> = await readRunPage(
            model.source,
            size,
            place,
          )
          expect(read.items.length).toBeLessThanOrEqual(size)
          for (const id of read.items.map(idOf)) {
            if (got.includes(id)) throw new Error(`page ${page} holds ${id} again: ${got.join(' ')}`)
            got.push(id)
          }
          place = read.next === null ? null : fromCursor(toCursor(read.next))
          // An endless program must not make the reader endless.
          if (page < 20) for (const each of after) happen(each)
        }
        expect(got.filter((id) => wanted.includes(id)).sort()).toEqual(wanted)
      },
    ),
    { runs: 500 },
  )
})

test.each(['x', 'e30', 'WzFd', '-1', ''])('%j is not a cursor', (cursor) => {
  expect(() => fromCursor(cursor)).toThrow("'nextCursor' of a page")
})

describe('GET /runs', () => {
  let served: Served
  afterEach(() => served.close())

  const read = async (query: string): Promise<string[]> => {
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await served.ask('GET', `/runs?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`)
      found.push(...body.items.map((run: { runId: string }) => run.runId))
      if (body.nextCursor === null) return found
      cursor = body.nextCursor
    }
  }

  test('a limit counts live runs as well as ended ones', async () => {
    served = await serve((app) => {
      app.task('waits', false, { multilaunch: true }, (_, run) =>
        run.params.isShort === true
          ? undefined
          : new Promise((_, reject) => {
              run.signal.addEventListener('abort', () => reject(run.signal.reason))
            }),
      )
    })
    const task = served.app.session.task('waits')
    for (let n = 0; n < 3; n++) await task.run({ isShort: true })
    for (let n = 0; n < 5; n++) void task.run()
    await until(() => served.app.session.runs().length === 5)
    for (const limit of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      expect((await served.ask('GET', `/runs?limit=${limit}`)).body.items.length).toBe(Math.min(limit, 8))
      expect(new Set(await read(`limit=${limit}`)).size).toBe(8)
      expect((await read(`limit=${limit}`)).length).toBe(8)
      expect((await read(`state=running&limit=${limit}`)).length).toBe(5)
      expect((await read(`state=success&limit=${limit}`)).length).toBe(3)
    }
    const { body } = await served.ask('GET', '/runs?perTask=2')
    expect([body.items.length, body.cut]).toEqual([7, ['waits']])
  })

  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
  }
})
