/** Many tasks that can never start: each condition is searched once, no caller waits for it, and one line is the summary. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type App, afterSuccess, ConditionError, createApp, type SessionOptions, type Task } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

/** A clock on which each reading of elapsed time takes a millisecond, so that a budget of time is a number of readings. */
class TickingClock extends TestClock {
  ticks = 0

  override monotonic(): number {
    return super.monotonic() + this.ticks++
  }
}

const apps: { app: App; clock: TestClock }[] = []

afterEach(async () => {
  for (const { app, clock } of apps.splice(0)) {
    app.session.shutDown({ force: true })
    await clock.settled()
  }
})

function setUp(options: SessionOptions = {}, Clock: typeof TestClock = TickingClock) {
  const clock = new Clock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, ...options })
  apps.push({ app, clock })
  const said: string[] = []
  app.session.on('session.warning', ({ kind, message }) => {
    if (kind === 'never-holds') said.push(message)
  })
  return { app, clock, said }
}

/** More conditions than the budget allows to search on a {@link TickingClock}. */
const many = 30

const distinct = (n: number) =>
  `time of month on 30th & time of year on Feb & time of day after ${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`

const neverHolds = (task: Task) => task.explain().reasons.some(({ kind }) => kind === 'never-holds')
const reasons = (app: App) => app.session.tasks().filter(neverHolds).length

describe('many tasks that can never start', () => {
  test('with the same condition need one search: the first few are reported, one line summarizes the rest, and explain() names each', async () => {
    const { app, clock, said } = setUp()
    for (let n = 0; n < 500; n++) app.task(`t${n}`, distinct(0), () => {})
    await clock.settled()
    expect(said).toHaveLength(4)
    expect(said[0]).toMatch(/^Task 't0' can never start: the times of /)
    expect(said[3]).toBe(
      "497 more tasks can never start (task.explain() tells why): 't3', 't4', 't5' and 494 others.",
    )
    for (const name of ['t0', 't2', 't3', 't499']) expect(neverHolds(app.session.task(name))).toBe(true)
    expect(app.session.task('t77').explain().sentence).toMatch(/never start|stopped/)
  })

  test('with different conditions are searched in part at once, and the rest while the session runs', async () => {
    const { app, clock, said } = setUp()
    for (let n = 0; n < many; n++) app.task(`t${n}`, distinct(n), () => {})
    const atOnce = reasons(app)
    expect(atOnce).toBeGreaterThan(0)
    expect(atOnce).toBeLessThan(many / 2)
    expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
    await app.start()
    expect(neverHolds(app.session.task(`t${many - 1}`))).toBe(false)
    for (let n = 0; n < many; n++) await clock.advance('1 second')
    expect(reasons(app)).toBe(many)
    // Reports of conditions that were searched at once, and of those that were searched later.
    expect(said.length).toBeLessThanOrEqual(8)
  })

  test('leave no timer after a stop, and the next start continues the search', async () => {
    const { app, clock } = setUp()
    for (let n = 0; n < many; n++) app.task(`t${n}`, distinct(n), () => {})
    await app.start()
    app.session.shutDown()
    await app.session.stopped
    expect(neverHolds(app.session.task(`t${many - 1}`))).toBe(false)
    expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
    await app.start()
    for (let n = 0; n < many; n++) await clock.advance('1 second')
    expect(reasons(app)).toBe(many)
  })

  test('are all refused at once with onError: { neverHolds: raise }', () => {
    const { app } = setUp({ onError: { neverHolds: 'raise' } })
    for (let n = 0; n < 50; n++)
      expect(() => app.task(`t${n}`, distinct(n), () => {})).toThrow(ConditionError)
    expect(app.session.tasks()).toEqual([])
  })
})

test('a refused task does not replace the task of the same name', () => {
  const { app } = setUp({ onError: { neverHolds: 'raise' }, onTaskExists: 'replace' })
  app.task('a', 'daily', () => {})
  expect(() => app.task('a', distinct(0), () => {})).toThrow(ConditionError)
  expect(app.session.has('a')).toBe(true)
})

test('an update to a start that never holds is a warning, and an update back removes its reason', () => {
  const { app, said } = setUp({}, TestClock)
  const task = app.task('a', 'daily', () => {})
  task.update({ start: distinct(0) })
  expect(said).toHaveLength(1)
  expect(reasons(app)).toBe(1)
  task.update({ start: 'daily' })
  expect(reasons(app)).toBe(0)
})

test('unknown names and circular dependencies of many tasks are summarized', async () => {
  const { app, clock } = setUp({}, TestClock)
  const messages: string[] = []
  app.session.on('session.warning', ({ message }) => messages.push(message))
  for (let n = 0; n < 50; n++) app.task(`t${n}`, `after task 'gone ${n}'`, () => {})
  for (let n = 0; n < 40; n++) app.task(`c${n}`, `after task 'c${(n + 1) % 40}'`, () => {})
  await app.start()
  await clock.settled()
  expect(messages).toHaveLength(5)
  expect(messages[3]).toBe("47 more tasks ask for tasks that are not there: 't3', 't4', 't5' and 44 others.")
  expect(messages[4]!.length).toBeLessThan(400)
})

test('a circle of ten thousand tasks that wait for each other is found, without a deep stack', async () => {
  const { app, clock } = setUp()
  const said: string[] = []
  app.session.on('session.warning', ({ message }) => said.push(message))
  for (let n = 0; n < 10_000; n++) app.task(`t${n}`, afterSuccess(`t${n + 1}`), () => {})
  app.task('t10000', afterSuccess('t0'), () => {})
  await app.start()
  await clock.settled()
  expect(said).toHaveLength(1)
})
