/** Other effects of time on a session: a long walk of the clock, the limits of dates, a changed zone, many tasks at once. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createApp, cron, daily, hourly, monthly, yearly } from 'gantry'
import { TestClock } from 'gantry/testing'
import { runTask, toLocal } from '../support/clock-changes/running.ts'
import { silent } from '../support/silent.ts'

const hour = 3_600_000

test('over ten thousand settings, sleeps and advances hourly runs once in each hour that the clock shows', async () => {
  const { clock, starts, stop } = await runTask('Europe/Berlin', '2026-03-20T05:10', hourly)
  const hourOf = (at: number): number => Math.floor(at / hour)
  const seen = new Set([hourOf(clock.now())])
  // A random walk that is the same each time (a linear congruence).
  let dice = 42
  const roll = (sides: number): number => {
    dice = (dice * 1664525 + 1013904223) % 4294967296
    return Math.floor((dice / 4294967296) * sides)
  }
  for (let step = 0; step < 10_000; step++) {
    const kind = roll(10)
    if (kind < 4) {
      const from = clock.now()
      await clock.advance(roll(3 * hour))
      for (let at = hourOf(from); at < hourOf(clock.now()); at++) seen.add(at)
    } else if (kind < 6) await clock.jump(roll(5 * hour))
    else await clock.set(clock.now() + roll(12 * hour) - 6.5 * hour)
    seen.add(hourOf(clock.now()))
  }
  await stop()
  expect(new Set(starts.map(hourOf)).size).toBe(starts.length)
  expect(starts.length).toBe(seen.size)
})

describe('the limits of dates', () => {
  test.each([
    ['2038-01-18T12:00', '2 days', '2038-01-20'],
    ['1969-12-30T12:00', '3 days', '1970-01-02'],
    ['9999-12-30T12:00', '3 days', '+010000-01-02'],
  ])('from %s on, daily runs on each day', async (from, length, last) => {
    const { clock, starts, stop } = await runTask('UTC', from, daily.at('07:00'))
    await clock.advance(length)
    await stop()
    expect(toLocal(starts.at(-1)!, 'UTC').split('T')[0]).toBe(last)
    expect(starts.length).toBe(Number.parseInt(length, 10))
  })

  test.each([
    ['daily', daily],
    ['monthly', monthly],
    ['yearly', yearly],
    ['cron', cron('0 0 29 2 *')],
  ] as const)('at the last instants that a date can have, %s neither throws nor spins', async (_, start) => {
    const clock = new TestClock({ at: 8.64e15 - 3 * hour })
    const app = createApp({ clock, timezone: 'Europe/Berlin', logger: silent })
    app.task('task', start, () => {})
    const session = await app.start()
    await clock.advance('2 hours')
    // Only a warning that the task does not run again is allowed.
    expect(Object.keys(session.warnings).filter((kind) => kind !== 'never-holds')).toEqual([])
    session.shutDown()
    await session.stopped
  })

  test('a task that is due in 60 days starts neither early nor twice', async () => {
    const { clock, starts, stop } = await runTask('UTC', '2026-01-01', yearly.on('Mar 2nd'))
    await clock.advance('59 days 23 hours 59 minutes')
    expect(starts).toEqual([])
    await clock.advance('2 minutes')
    await clock.advance('12 hours')
    expect(starts.map((at) => toLocal(at, 'UTC').slice(0, 16))).toEqual(['2026-03-02T00:00'])
    await stop()
  })
})

describe('the zone of the process', () => {
  const before = process.env.TZ
  afterEach(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })

  test('may change while a session runs: the session keeps its initial zone', async () => {
    const clock = new TestClock({ at: '2026-06-01T00:00', zone: 'UTC' })
    const app = createApp({ clock, logger: silent })
    const { zoneName } = app.session.now()
    const starts: number[] = []
    app.task('morning', daily.at('07:00'), () => void starts.push(clock.now()))
    const session = await app.start()
    process.env.TZ = zoneName === 'Asia/Tokyo' ? 'Europe/Berlin' : 'Asia/Tokyo'
    await clock.advance('2 days')
    expect(session.now().zoneName).toBe(zoneName)
    expect(starts.map((at) => toLocal(at, zoneName!).slice(11, 16))).toEqual(['07:00', '07:00'])
    session.shutDown()
    await session.stopped
  })
})

test('ten thousand tasks that are due in the same millisecond each run once, and the event loop has turns between', async () => {
  const clock = new TestClock({ at: '2026-06-01T06:59', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent })
  const runs = new Map<string, number>()
  let turns = 0
  const turn = (): void => {
    turns += 1
    if (runs.size < 10_000) setImmediate(turn)
  }
  for (let n = 0; n < 10_000; n++)
    app.task(`t${n}`, daily.after('07:00'), (_, { task }) => {
      if (runs.size === 0) turn()
      runs.set(task.name, (runs.get(task.name) ?? 0) + 1)
    })
  const session = await app.start()
  await clock.advance('1 hour')
  expect(runs.size).toBe(10_000)
  expect([...runs.values()].every((count) => count === 1)).toBe(true)
  expect(turns).toBeGreaterThanOrEqual(10)
  session.shutDown()
  await session.stopped
})
