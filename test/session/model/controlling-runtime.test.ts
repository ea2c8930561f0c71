/** Control of a session at run time, by its own tasks and from outside. */
import { describe, expect, test } from '@jest/globals'
import {
  createApp,
  daily,
  type News,
  never,
  type SessionOptions,
  SetupError,
  TaskNotFoundError,
} from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

const setUp = (options: SessionOptions = {}) => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, ...options })
  return { clock, app }
}
const stop = async (app: ReturnType<typeof createApp>) => {
  app.session.shutDown({ force: true })
  await app.session.stopped
}

describe('a task that controls the session', () => {
  test('restarts it: start-up hooks run again, and the session continues', async () => {
    const { clock, app } = setUp()
    const starts: number[] = []
    app.setup(() => void starts.push(clock.now()))
    app.task('restart', false, (_, run) => run.session.restart())
    const session = await app.start()
    const { action } = await session.task('restart').run()
    await clock.settled()
    expect(action).toBe('success')
    expect(starts).toHaveLength(2)
    expect(session.state).toBe('running')
    await stop(app)
  })

  test('shuts it down: the run finishes first', async () => {
    const { app } = setUp()
    app.task('shut down', true, (_, run) => run.session.shutDown())
    await app.run()
    expect(app.session.state).toBe('stopped')
    expect(app.session.task('shut down').status).toBe('success')
  })

  test('is waited for by shutDown(), and terminated by a second shutDown()', async () => {
    const { clock, app } = setUp()
    const task = app.task('slow', false, async (_, run) => await clock.sleep(60_000, { signal: run.signal }))
    const session = await app.start()
    const handle = task.run()
    await clock.settled()
    session.shutDown()
    await clock.settled()
    expect(session.state).toBe('stopping')
    session.shutDown()
    expect(await handle).toMatchObject({ action: 'terminate', reason: 'shut-down' })
    await session.stopped
  })
})

describe('a task that controls other tasks', () => {
  test('removes a task: its live run is terminated, and its records keep its name', async () => {
    const { clock, app } = setUp()
    app.task('do things', true, async (_, run) => await clock.sleep(60_000, { signal: run.signal }))
    app.task('remove', false, async (_, run) => await run.session.removeTask('do things'))
    const session = await app.start()
    await clock.settled()
    expect((await session.task('remove').run()).action).toBe('success')
    expect(session.has('do things')).toBe(false)
    expect(() => session.task('do thing')).toThrow(TaskNotFoundError)
    expect((await session.log.query({ task: 'do things' })).map(({ action }) => action)).toEqual([
      'terminate',
      'run',
    ])
    await stop(app)
  })

  test('creates a task, which launches by its condition', async () => {
    const { clock, app } = setUp()
    let ran = 0
    app.task('create', false, (_, run) => {
      run.session.createTask('created', daily, () => void ran++)
    })
    const session = await app.start()
    await session.task('create').run()
    await clock.advance('1 hour')
    expect(ran).toBe(1)
    expect(session.task('created').lastSuccess?.toISO()).toBe('2026-11-24T12:00:00.000Z')
    await stop(app)
  })

  test('removes itself: removeTask() resolves once the task is unlisted', async () => {
    const { app } = setUp()
    app.task('me', false, async (_, run) => {
      await run.session.removeTask('me')
      return run.session.has('me')
    })
    const session = await app.start()
    const outcome = await session.task('me').run()
    expect(outcome.action).toBe('success')
    expect(outcome.value).toBe(false)
    await stop(app)
  })
})

describe('the handle of a task', () => {
  test('has its status, times and log, by name and by handle', async () => {
    const { clock, app } = setUp()
    const other = app.task('other', false, () => 5)
    app.task('look', false, async (_, run) => {
      const seen = run.session.task('other')
      return { status: seen.status, at: seen.lastSuccess?.toMillis(), log: (await seen.log.query()).length }
    })
    const session = await app.start()
    await other.run()
    const { value } = await session.task('look').run()
    expect(value).toEqual({ status: 'success', at: clock.now(), log: 2 })
    expect(session.task(other).lastValue).toBe(5)
    await stop(app)
  })

  test('runs a disabled task manually, with params for this run only', async () => {
    const { app } = setUp()
    const task = app.task('report', daily, { args: { day: 'today' }, disabled: true }, ({ day }) => day)
    await app.start()
    expect((await task.run({ day: '2026-01-01' })).value).toBe('2026-01-01')
    expect((await task.run()).value).toBe('today')
    await stop(app)
  })
})

describe('a queue of tasks', () => {
  test('is a start-up task that runs others one after the other', async () => {
    const { clock, app } = setUp()
    const order: string[] = []
    for (const name of ['a', 'b'])
      app.task(name, false, async () => {
        order.push(`${name} begins`)
        await clock.sleep(1000)
        order.push(`${name} ends`)
      })
    app.task('queue', never, { onStartup: true }, async (_, run) => {
      for (const name of ['a', 'b', 'a']) await run.session.task(name).run()
    })
    await app.start()
    await clock.advance('5 seconds')
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'a begins', 'a ends'])
    await stop(app)
  })

  test('can use isRunning, which is true from the request of a run', async () => {
    const { app } = setUp()
    const task = app.task('a', false, () => {})
    await app.start()
    const handle = task.run()
    expect(task.isRunning).toBe(true)
    await handle
    expect(task.isRunning).toBe(false)
    await stop(app)
  })

  test('cannot contain its own task: waiting for it is refused, and the task does not run again', async () => {
    const { clock, app } = setUp()
    const problems: unknown[] = []
    let times = 0
    const task = app.task('me', false, async (_, run) => {
      times += 1
      if (times === 1)
        await run.session
          .task('me')
          .run()
          .catch((error) => problems.push(error))
    })
    await app.start()
    await task.run()
    await clock.settled()
    expect(problems[0]).toBeInstanceOf(SetupError)
    expect(times).toBe(1)
    await stop(app)
  })
})

describe('commands from outside', () => {
  test('send() has the effect of the methods, and events report it', async () => {
    const { clock, app } = setUp()
    app.task('report', false, ({ n }: Record<string, unknown>) => n)
    const session = await app.start()
    const news: News[] = []
    session.on('*', (each) => news.push(each))
    session.send({ type: 'task.run', task: 'report', params: { n: 7 } })
    await clock.settled()
    expect(news.map(({ type }) => type)).toEqual(['run.queued', 'run.started', 'run.ended'])
    expect(news.at(-1)).toMatchObject({ task: 'report', action: 'success', value: 7 })
    session.send({ type: 'session.hold' })
    expect(session.state).toBe('held')
    session.send({ type: 'session.resume' })
    expect(session.state).toBe('running')
    expect(() => session.send({ type: 'task.rum' } as never)).toThrow("Did you mean 'task.run'?")
    expect(() => session.send({ type: 'task.run', task: 'reprot' })).toThrow("Did you mean 'report'?")
    await stop(app)
  })
})
