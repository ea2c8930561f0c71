/** Consecutive sessions over the same log, with clock changes in between. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createApp, createSqliteStore, type RunRecord, returnOf, succeeded } from '../../src/index.ts'
import { TestClock } from '../../src/testing.ts'
import { silent } from '../support/silent.ts'
import { filesRoot, record } from '../support/stores/store-laws.ts'

const folder = mkdtempSync(join(filesRoot, 'gantry-restart-'))
let count = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['jsonl', 'csv', 'sqlite'])('a session over a %s log', (kind) => {
  const newStore = () => `${kind}:${join(folder, `log-${++count}`)}`

  /** Runs a session from an instant on for a duration; returns the times at which its daily task ran. */
  async function live(store: string, at: string, duration: string): Promise<string[]> {
    const clock = new TestClock({ at, zone: 'UTC' })
    const app = createApp({ store, clock, timezone: 'UTC', logger: silent })
    const runs: string[] = []
    app.task('report', 'daily after 07:00', () => {
      runs.push(new Date(clock.now()).toISOString().slice(0, 16))
    })
    await app.start()
    await clock.advance(duration)
    app.session.shutDown()
    await app.session.stopped
    return runs
  }

  test('a clock set back between two sessions: a task that ran in a period does not run in it again', async () => {
    const store = newStore()
    expect(await live(store, '2026-03-10T09:00', '1 hour')).toEqual(['2026-03-10T09:00'])
    expect(await live(store, '2026-03-10T08:00', '3 hours')).toEqual([])
    // And continues on the next day.
    expect(await live(store, '2026-03-11T06:30', '1 hour')).toEqual(['2026-03-11T07:00'])
  })

  test('a clock set back by a day or a year between two sessions delays nothing for longer than that', async () => {
    const store = newStore()
    expect(await live(store, '2027-03-10T09:00', '1 hour')).toEqual(['2027-03-10T09:00'])
    expect(await live(store, '2026-03-10T06:00', '2 days')).toHaveLength(2)
  })

  test('the return value of a task is available in the next session', async () => {
    const store = newStore()
    const clock = new TestClock({ at: '2026-03-10T09:00', zone: 'UTC' })
    const first = createApp({ store, clock, timezone: 'UTC', logger: silent })
    const rows = first.task('rows', false, () => [1, 2, 3])
    await first.start()
    await rows.run()
    first.session.shutDown()
    await first.session.stopped

    const again = createApp({ store, clock, timezone: 'UTC', logger: silent })
    const same = again.task('rows', false, () => [1, 2, 3])
    const sum = again.task('sum', false, { args: { of: returnOf(same) } }, ({ of }) =>
      of.reduce((total, row) => total + row, 0),
    )
    await again.start()
    expect((await sum.run()).value).toBe(6)
    again.session.shutDown()
    await again.session.stopped
  })
})

test('a restart over a long log of many tasks restores as many records as conditions count', async () => {
  const store = createSqliteStore(join(folder, 'long.db'))
  const at = Date.UTC(2026, 2, 10, 1)
  let seq = 0
  const entries = (task: string, count: number): RunRecord[] =>
    Array.from({ length: count }, () => record(++seq, task, 'success', { at: at + seq }))
  const others = Array.from({ length: 2_500 }, (_, n) => entries(`other ${n}`, 1))
  await store.append([...others.flat(), ...entries('busy', 300)])
  await store.close()

  const clock = new TestClock({ at: '2026-03-10T09:00', zone: 'UTC' })
  const app = createApp({ store, clock, timezone: 'UTC', logger: silent })
  const runs: string[] = []
  app.task('busy', false, () => {})
  app.task('enough', succeeded('busy').today.atLeast(250), () => void runs.push('enough'))
  app.task('too few', succeeded('busy').today.atLeast(301), () => void runs.push('too few'))
  await app.start()
  await clock.advance('1 second')
  expect(new Set(runs)).toEqual(new Set(['enough']))
  app.session.shutDown()
  await app.session.stopped
})
