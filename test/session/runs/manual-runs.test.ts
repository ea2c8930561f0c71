/** Manual runs: `task.run()` and its handle. */
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  inaction,
  type RunHandle,
  type RunOutcome,
  SessionStoppedError,
  SetupError,
  TaskNotFoundError,
} from 'gantry'
import { lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Returns the outcome, the name of the error, or 'waits' if the handle has not settled. */
const stateOf = async (handle: RunHandle): Promise<string> =>
  await Promise.race([
    handle.then(
      ({ action }) => action,
      (error: Error) => error.name,
    ),
    // Settles after the handle if the handle has already settled.
    new Promise<string>((resolve) => queueMicrotask(() => setImmediate(resolve, 'waits'))),
  ])

describe('a run by task.run() waits', () => {
  test('for the start of the session', async () => {
    const { app, session } = setUp()
    app.task('a', false, () => 1)
    const handle = session.task('a').run()
    expect(session.task('a').isRunning).toBe(true)
    expect(await stateOf(handle)).toBe('waits')
    await app.start()
    expect(await handle).toMatchObject({ action: 'success', value: 1 })
    expect(session.task('a').isRunning).toBe(false)
  })

  test('for resume() while the session is held', async () => {
    const { app, session, clock } = setUp()
    app.task('a', true, () => 1)
    session.hold()
    await app.start()
    expect(session.state).toBe('held')
    const handle = session.task('a').run()
    await clock.advance('1 hour')
    expect(await stateOf(handle)).toBe('waits')
    session.resume()
    expect((await handle).action).toBe('success')
  })

  test('for the next start after a stop', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => 1)
    await app.start()
    session.shutDown()
    await session.stopped
    const handle = session.task('a').run()
    session.send({ type: 'task.run', task: 'a' })
    await clock.settled()
    expect(await stateOf(handle)).toBe('waits')
    await app.start()
    expect((await handle).action).toBe('success')
    await clock.settled()
    expect(await session.task('a').log.query({ action: 'run' })).toHaveLength(2)
  })

  test('for earlier runs of its task, in order of the calls', async () => {
    const { app, session, clock, news } = setUp()
    const order: unknown[] = []
    app.task('a', false, async ({ n }: Record<string, unknown>) => {
      order.push(n)
      await clock.sleep(1000)
    })
    await app.start()
    for (const n of [1, 2, 3]) void session.task('a').run({ n })
    await clock.advance('10 seconds')
    expect(order).toEqual([1, 2, 3])
    expect(runsIn(news)).toEqual(Array(3).fill(['a started', 'a success']).flat())
  })

  test('during a restart, which keeps the queue', async () => {
    const { app, session, clock } = setUp()
    const order: unknown[] = []
    app.task('a', false, async ({ n }: Record<string, unknown>) => {
      if (n === 1) session.restart()
      order.push(n)
    })
    await app.start()
    const handles = [1, 2, 3].map((n) => session.task('a').run({ n }))
    await clock.settled()
    expect((await Promise.all(handles)).map(({ action }) => action)).toEqual(Array(3).fill('success'))
    expect(order).toEqual([1, 2, 3])
    expect(session.actor.getSnapshot().context.restarts).toBe(1)
  })
})

describe('a handle of task.run()', () => {
  test('rejects with TaskNotFoundError if its task is removed before the start, and so does `started`', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, lasting(clock))
    await app.start()
    const first = session.task('a').run()
    const second = session.task('a').run()
    await clock.settled()
    await session.removeTask('a')
    expect((await first).action).toBe('terminate')
    await expect(second).rejects.toBeInstanceOf(TaskNotFoundError)
    await expect(second.started).rejects.toBeInstanceOf(TaskNotFoundError)
  })

  test('rejects with SessionStoppedError if the session stops before the start', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, lasting(clock, 1000))
    await app.start()
    const first = session.task('a').run()
    const second = session.task('a').run()
    await clock.settled()
    session.shutDown()
    await clock.advance('1 minute')
    expect((await first).action).toBe('success')
    await expect(second).rejects.toBeInstanceOf(SessionStoppedError)
    expect(session.task('a').isRunning).toBe(false)
  })

  test('that is not awaited causes no unhandled rejection', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => {})
    session.hold()
    await app.start()
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    void session.task('a').run()
    session.shutDown()
    await clock.settled()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('is not created for a removed task, whose explain() names the removal', async () => {
    const { app, session } = setUp()
    const task = app.task('a', false, () => {})
    await session.removeTask('a')
    expect(() => task.run()).toThrow(TaskNotFoundError)
    expect(task.explain()).toMatchObject({ isDue: false, sentence: 'the task was removed from the session' })
  })
})

describe('a run that would wait for itself', () => {
  test('rejects with SetupError if a run of the same task awaits it', async () => {
    const { app, session } = setUp()
    const problems: unknown[] = []
    const task = app.task('a', false, async ({ again }: Record<string, unknown>) => {
      if (again === true)
        await session
          .task('a')
          .run()
          .catch((error) => problems.push(error))
    })
    await app.start()
    await task.run({ again: true })
    expect(problems).toEqual([expect.any(SetupError)])
    expect(String(problems[0])).toMatch(/'a'/)
  })

  test('never starts: work that awaits its own task runs once', async () => {
    const { app, session, clock } = setUp()
    let times = 0
    const task = app.task('a', false, async () => {
      times += 1
      await session.task('a').run()
    })
    await app.start()
    expect(await task.run()).toMatchObject({ action: 'fail', error: expect.any(SetupError) })
    await clock.advance('1 second')
    expect([times, task.isRunning]).toEqual([1, false])
  })

  test('is not refused if only another caller awaits it', async () => {
    const { app, session } = setUp()
    const asked: unknown[] = []
    const task = app.task('a', false, async ({ again }: Record<string, unknown>) => {
      if (again !== true) return 'second'
      asked.push([session.task('a').run({ again: false })])
      return 'first'
    })
    await app.start()
    expect(await task.run({ again: true })).toMatchObject({ value: 'first' })
    expect(await (asked[0] as [Promise<unknown>])[0]).toMatchObject({ value: 'second' })
  })

  test('is refused if two tasks await each other', async () => {
    const { app, session } = setUp()
    const problems: unknown[] = []
    app.task('a', false, async () => (await session.task('b').run()).action)
    app.task('b', false, async () => {
      await session
        .task('a')
        .run()
        .catch((error) => problems.push(error))
    })
    await app.start()
    expect(await session.task('a').run()).toMatchObject({ action: 'success', value: 'success' })
    expect(problems).toEqual([expect.any(SetupError)])
  })

  test('is refused if main work awaits a run of another task, since nothing launches until main work ends', async () => {
    const { app, session } = setUp()
    app.task('b', false, () => {})
    app.task('a', false, { execution: 'main' }, async () => await session.task('b').run())
    await app.start()
    expect(await session.task('a').run()).toMatchObject({ action: 'fail', error: expect.any(SetupError) })
  })

  test('still starts after main work that only handles its error', async () => {
    const { app, session, clock } = setUp()
    const problems: unknown[] = []
    const other = app.task('b', false, () => {})
    app.task('a', false, { execution: 'main' }, () => void other.run().catch((error) => problems.push(error)))
    await app.start()
    expect((await session.task('a').run()).action).toBe('success')
    await clock.settled()
    expect(problems).toEqual([expect.any(SetupError)])
    expect(other.status).toBe('success')
  })

  test('is not refused with multilaunch', async () => {
    const { app, session } = setUp()
    app.task(
      'a',
      false,
      { multilaunch: true },
      async ({ deep }: Record<string, unknown>): Promise<number> => {
        if (deep === 0) return 0
        const inner = await session.task<number>('a').run({ deep: Number(deep) - 1 })
        return (inner.value ?? 0) + 1
      },
    )
    await app.start()
    expect((await session.task('a').run({ deep: 3 })).value).toBe(3)
  })
})

test.each<[string, () => unknown, Partial<RunOutcome>]>([
  ['success', () => 5, { action: 'success', value: 5 }],
  ['fail', () => Promise.reject(new Error('no')), { action: 'fail', error: new Error('no') }],
  ['inaction', () => inaction('nothing'), { action: 'inaction', reason: 'nothing' }],
])('task.run() resolves to the outcome and never rejects for one: %s', async (_, work, outcome) => {
  const { app, session } = setUp()
  app.task('a', false, work)
  await app.start()
  const handle = session.task('a').run()
  expect(await handle).toEqual({ runId: handle.id, ...outcome })
})

describe('the handle of a manual run', () => {
  test('has the run id of the records, and `started` resolves while the run is live', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, lasting(clock, 1000))
    await app.start()
    const handle = session.task('a').run()
    await handle.started
    expect(session.task('a').runs.map(({ id }) => id)).toEqual([handle.id])
    expect(await stateOf(handle)).toBe('waits')
    await clock.advance('2 seconds')
    await handle
    expect((await session.log.query()).map(({ runId }) => runId)).toEqual([handle.id, handle.id])
  })

  test('has terminate(), which removes a queued run and terminates a live one', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, lasting(clock))
    await app.start()
    const [first, second] = [session.task('a').run(), session.task('a').run()]
    await clock.settled()
    second.terminate()
    expect(await second).toMatchObject({ action: 'terminate', reason: expect.stringContaining('before') })
    expect(session.task('a').runs).toHaveLength(1)
    first.terminate()
    expect(await first).toMatchObject({ action: 'terminate', reason: 'asked' })
    expect(await session.log.query({ action: 'run' })).toHaveLength(1)
  })

  test('is that of the queued or live run with the same key, and a new one after its end', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, lasting(clock, 1000))
    await app.start()
    const first = session.task('a').run({}, { key: 'k' })
    expect(session.task('a').run({}, { key: 'k' })).toBe(first)
    await clock.settled()
    expect(session.task('a').run({}, { key: 'k' })).toBe(first)
    expect(session.task('a').run({}, { key: 'other' })).not.toBe(first)
    await clock.advance('10 seconds')
    expect(await session.log.query({ action: 'run' })).toHaveLength(2)
    expect(session.task('a').run({}, { key: 'k' })).not.toBe(first)
  })

  test('is that of the queued or live run with the same id, also if both are requested in one step', async () => {
    const { app, session, clock } = setUp()
    let runs = 0
    const task = app.task('a', false, { runId: () => 'x' }, () => ++runs)
    await app.start()
    const inStep: RunHandle[] = []
    session.on('session.held', () => inStep.push(task.run(), task.run()))
    session.hold()
    const later = task.run()
    await clock.settled()
    session.resume()
    const outcomes = await Promise.all([...inStep, later])
    expect(outcomes.map(({ runId, value }) => [runId, value])).toEqual([
      ['x', 1],
      ['x', 1],
      ['x', 1],
    ])
    await Promise.all([...inStep, later].map(({ started }) => started))
    expect((await task.run()).value).toBe(2)
    session.hold()
    const removed = [task.run(), task.run()]
    await session.removeTask('a')
    for (const handle of removed) await expect(handle).rejects.toBeInstanceOf(TaskNotFoundError)
  })

  test('is that of one run for each period, also if the function runId returns the same id', async () => {
    const { app } = setUp()
    const task = app.task('a', 'daily', { disabled: true, runId: () => 'x' }, (_, run) =>
      run.period?.start.toISODate(),
    )
    await app.start()
    const outcomes = await Promise.all(task.backfill({ from: '2026-11-20', to: '2026-11-23' }))
    expect(outcomes.map(({ value }) => value)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22'])
  })

  test('is found among many, and each handle settles', async () => {
    const { app, session, clock } = setUp()
    const task = app.task('a', false, () => {})
    await app.start()
    session.hold()
    const handles = Array.from({ length: 300 }, (_, n) => task.run({}, { key: `k${n}` }))
    expect(task.run({}, { key: 'k150' }).id).toBe(handles[150]!.id)
    for (const handle of handles.slice(100, 200)) handle.terminate()
    await clock.settled()
    session.resume()
    const actions = (await Promise.all(handles)).map(({ action }) => action)
    expect(actions.filter((action) => action === 'success')).toHaveLength(200)
    expect(actions.slice(100, 200).every((action) => action === 'terminate')).toBe(true)
  })

  test('is shared by commands with the same key', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => {})
    await app.start()
    for (let n = 0; n < 3; n++) session.send({ type: 'task.run', task: 'a', key: 'k' })
    await clock.settled()
    expect(await session.log.query({ action: 'run' })).toHaveLength(1)
  })
})

test('isRunning is true from the request to the end of a run, so that a loop can wait for it', async () => {
  const { app, session, clock } = setUp()
  const order: string[] = []
  for (const name of ['a', 'b'])
    app.task(name, false, async () => {
      order.push(`${name} begins`)
      await clock.sleep(7000)
      order.push(`${name} ends`)
    })
  app.task('queue', false, { onStartup: true }, async () => {
    for (const name of ['a', 'b']) {
      const task = session.task(name)
      void task.run()
      while (task.isRunning) await clock.sleep(5000)
    }
  })
  await app.start()
  await clock.advance('1 minute')
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('params of a run override args and task params by key, may add keys, and apply to that run only', async () => {
  const { app, session } = setUp()
  const options = { args: { day: 'today', size: 1 }, params: { size: 2 } }
  app.task('a', false, options, (args) => args)
  await app.start()
  const task = session.task('a')
  expect((await task.run({ day: 'Monday', more: true })).value).toEqual({
    day: 'Monday',
    size: 2,
    more: true,
  })
  expect((await task.run()).value).toEqual({ day: 'today', size: 2 })
  expect((await task.log.query({ action: 'run' })).map(({ params }) => params)).toEqual([
    undefined,
    { day: 'Monday', more: true },
  ])
})

test.each([null, [], 'x', 5])('task.run() refuses params that are not an object: %p', async (params) => {
  const { app, session } = setUp()
  app.task('a', false, () => {})
  await app.start()
  expect(() => session.task('a').run(params as never)).toThrow(TypeError)
})

test('commands to a task take effect after a stop', async () => {
  const { app, session } = setUp()
  app.task('a', false, () => {})
  app.task('b', false, () => {})
  await app.start()
  session.shutDown()
  await session.stopped
  session.task('a').disable()
  session.task('a').update({ priority: 5 })
  await session.removeTask('b')
  session.createTask('c', false, () => 1)
  expect(session.tasks().map(({ name, priority, disabled }) => [name, priority, disabled])).toEqual([
    ['a', 5, true],
    ['c', 0, false],
  ])
  await app.start()
  expect((await session.task('c').run()).value).toBe(1)
})
