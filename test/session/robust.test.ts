/** What must never take the session down, and what must never starve it. */
import { expect, test } from '@jest/globals'
import { afterSuccess, createApp, inaction, type SessionOptions, TaskExistsError } from 'gantry'
import { TestClock } from 'gantry/testing'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const setUp = (options: SessionOptions = {}) => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  return { clock, app: createApp({ clock, timezone: 'UTC', logger: silent, ...options }) }
}
const stop = async (app: ReturnType<typeof createApp>) => {
  app.session.shutDown({ force: true })
  await app.session.stopped
}
const hostile = Object.freeze(
  Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('even this')
    },
  }),
)

test.each([
  ['undefined', undefined],
  ['null', null],
  ['text', 'no'],
  ['frozen', Object.freeze(new Error('f'))],
  ['hostile', hostile],
])(
  'work that throws %s ends as fail, with the error in the log, and the session goes on',
  async (_, thrown) => {
    const { app } = setUp()
    const task = app.task('bad', false, () => {
      throw thrown
    })
    const session = await app.start()
    expect((await task.run()).action).toBe('fail')
    expect(task.actor.getSnapshot().value).toBe('failed')
    expect((await task.log.query({ action: 'fail' }))[0]?.error).toBeDefined()
    expect(session.state).toBe('running')
    await stop(app)
  },
)

test('inaction() is an outcome of its own', async () => {
  const { app } = setUp()
  const task = app.task('idle', false, () => inaction('nothing new'))
  await app.start()
  expect(await task.run()).toMatchObject({ action: 'inaction', reason: 'nothing new' })
  await stop(app)
})

test('a timeout aborts the signal and ends the run as terminate', async () => {
  const { clock, app } = setUp()
  const task = app.task('slow', false, { timeout: '1 minute' }, async (_, run) => {
    await clock.sleep(3_600_000, { signal: run.signal })
  })
  await app.start()
  const handle = task.run()
  await clock.advance('2 minutes')
  expect(await handle).toMatchObject({ action: 'terminate', reason: 'timeout' })
  await stop(app)
})

test('work that ignores its end is given up after its grace, and its late result is dropped', async () => {
  const { clock, app } = setUp()
  const task = app.task('deaf', false, async () => {
    await clock.sleep(60_000)
    return 'late'
  })
  const session = await app.start()
  const handle = task.run()
  await clock.settled()
  task.terminate()
  await clock.advance('10 seconds')
  expect((await handle).action).toBe('terminate')
  await clock.advance('2 minutes')
  expect(session.warnings['late-result']).toBe(1)
  expect((await task.log.query()).map(({ action }) => action)).toEqual(['terminate', 'run'])
  await stop(app)
})

test('a condition that always holds launches once per relaunch delay', async () => {
  const { clock, app } = setUp({ relaunchDelay: '1 second' })
  let times = 0
  app.task('always', true, () => void times++)
  await app.start()
  await clock.advance('10 seconds')
  expect(times).toBeGreaterThanOrEqual(10)
  expect(times).toBeLessThanOrEqual(12)
  await stop(app)
})

test('two tasks that start each other are noticed by the test clock, by name', async () => {
  const { clock, app } = setUp()
  app.task('a', "after task 'b' succeeded", () => {})
  app.task('b', afterSuccess('a'), () => {})
  const session = await app.start()
  void session.task('a').run()
  await expect(clock.settled()).rejects.toThrow(/'a' .*'b'|'b' .*'a'/)
  await stop(app)
})

test('a listener, a hook and a condition that throw are told of, and the session goes on', async () => {
  const { clock, app } = setUp()
  const bad = (): never => {
    throw new Error('bad')
  }
  app.hook('run', bad)
  app.hook('cycle', bad)
  const task = app.task('good', 'every 10 seconds', () => 1)
  app.task('doubtful', app.condition(bad), () => {})
  app.session.on('*', bad)
  const session = await app.start()
  await clock.advance('25 seconds')
  expect(session.state).toBe('running')
  expect(task.status).toBe('success')
  expect(Object.keys(session.warnings)).toEqual(expect.arrayContaining(['listener', 'hook', 'condition']))
  await stop(app)
})

test('a task that creates a thousand tasks, each of which runs', async () => {
  const { clock, app } = setUp()
  let ran = 0
  app.task('maker', false, (_, run) => {
    for (let n = 0; n < 1000; n++) run.session.createTask(`made ${n}`, 'daily', () => void ran++)
  })
  const session = await app.start()
  await session.task('maker').run()
  await clock.settled()
  expect(ran).toBe(1000)
  await stop(app)
})

test('stopping the session stops every task actor', async () => {
  const { app } = setUp()
  for (let n = 0; n < 10_000; n++) app.task(`t${n}`, false, () => {})
  const session = await app.start()
  const actors = session.tasks().map(({ actor }) => actor)
  await stop(app)
  expect(new Set(actors.map((actor) => actor.getSnapshot().status))).toEqual(new Set(['stopped']))
})

test.each<[string, () => unknown, unknown]>([
  ['an unknown option', () => createApp({ timezne: 'UTC' } as never), /Did you mean 'timezone'/],
  ['an unknown zone', () => createApp({ timezone: 'Europe/Helsinky' }), RangeError],
  ['a timeout of 0', () => createApp({ timeout: 0 }), /'never' lifts it/],
  ['an unknown execution', () => createApp({ execution: 'asyn' as never }), /Did you mean 'async'/],
  ['a bad statement', () => createApp().task('t', 'dayly' as string, () => {}), /did you mean `daily`/],
  ['a bad moment', () => createApp().task('t', 'daily after 25:00', () => {}), /25:00/],
  [
    'an unknown task option',
    () => createApp().task('t', true, { prioritty: 1 } as never, () => {}),
    /priority/,
  ],
])('%s is refused at the door', (_, act, problem) => {
  expect(act).toThrow(problem as never)
})

test('a name that is taken is refused, unless the session replaces', async () => {
  const { app } = setUp()
  app.task('t', false, () => 1)
  expect(() => app.task('t', false, () => 2)).toThrow(TaskExistsError)
  const other = setUp({ onTaskExists: 'replace' }).app
  other.task('t', false, () => 1)
  other.task('t', false, () => 2)
  await other.start()
  expect((await other.session.task('t').run()).value).toBe(2)
  await stop(other)
})
