/** Launching: conditions, order, concurrency, main work and cycles; and fairness to the event loop. */
import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { afterSuccess, always, createApp, every, schedulerCycles } from 'gantry'
import { gate, lasting, runsIn, setUp, tearDown } from '../../support/session.ts'
import { silent } from '../../support/silent.ts'

afterEach(tearDown)

describe('a start condition', () => {
  test('that still holds after a run launches the task again after relaunchDelay', async () => {
    const { app, clock } = setUp({ relaunchDelay: '1 second' })
    const starts: number[] = []
    const begin = clock.now()
    app.task('a', true, async () => {
      starts.push(clock.now() - begin)
      await clock.sleep(5000)
    })
    await app.start()
    await clock.advance('20 seconds')
    expect(starts).toEqual([0, 6000, 12_000, 18_000])
  })

  test('launches the task without the delay when a param changes, and not when its own runs are recorded', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 hour' })
    const starts: number[] = []
    const begin = clock.now()
    app.task('a', "param 'go' exists", () => void starts.push(clock.now() - begin))
    await app.start()
    session.params.set('go', 1)
    await clock.advance('10 seconds')
    session.params.set('go', 2)
    await clock.advance('10 seconds')
    expect(starts).toEqual([0, 10_000])
  })

  test('that becomes false between its evaluation and the launch does not launch the task', async () => {
    const { app, session, clock, news } = setUp()
    app.task('first', "param 'go' exists", { priority: 1, execution: 'main' }, () =>
      session.params.unset('go'),
    )
    app.task('second', "param 'go' exists", () => {})
    await app.start()
    session.params.set('go', true)
    await clock.settled()
    expect(runsIn(news)).toEqual(['first started', 'first success'])
  })

  test('launches the task only while it is enabled', async () => {
    const { app, clock, news } = setUp()
    const task = app.task('a', every('1 minute'), { disabled: true }, () => {})
    await app.start()
    await clock.advance('5 minutes')
    expect(runsIn(news)).toEqual([])
    task.enable()
    await clock.settled()
    expect(runsIn(news)).toEqual(['a started', 'a success'])
    task.disable()
    await clock.advance('5 minutes')
    expect(runsIn(news)).toHaveLength(2)
  })

  test('of a task that becomes disabled does not end its live run', async () => {
    const { app, clock } = setUp()
    const task = app.task('a', true, lasting(clock, 60_000))
    await app.start()
    await clock.settled()
    task.disable()
    await clock.advance('5 minutes')
    expect(await task.log.query({ action: 'success' })).toHaveLength(1)
  })
})

describe('the order of launches', () => {
  test('is by descending priority, then queued runs first, then by creation', async () => {
    const { app, session, clock, news } = setUp()
    session.hold()
    app.task('low', every('1 day'), { priority: -1 }, () => {})
    app.task('first', every('1 day'), () => {})
    app.task('second', every('1 day'), () => {})
    app.task('manual', false, () => {})
    app.task('high', every('1 day'), { priority: 2 }, () => {})
    await app.start()
    void session.task('manual').run()
    await clock.settled()
    session.resume()
    await clock.settled()
    expect(runsIn(news).filter((each) => each.endsWith('started'))).toEqual([
      'high started',
      'manual started',
      'first started',
      'second started',
      'low started',
    ])
  })

  test('starts all runs of one instant before any of them ends', async () => {
    const { app, clock, news } = setUp()
    for (const name of ['a', 'b', 'c']) app.task(name, 'daily', () => {})
    await app.start()
    await clock.settled()
    expect(runsIn(news)).toEqual([
      'a started',
      'b started',
      'c started',
      'a success',
      'b success',
      'c success',
    ])
  })

  test('uses a changed priority from the next launch', async () => {
    const { app, session, clock, news } = setUp()
    app.task('a', every('1 hour'), () => {})
    app.task('b', every('1 hour'), () => {})
    await app.start()
    await clock.advance('30 minutes')
    session.task('b').update({ priority: 1 })
    news.length = 0
    await clock.advance('1 hour')
    expect(runsIn(news)).toEqual(['b started', 'a started', 'b success', 'a success'])
  })
})

describe('multilaunch', () => {
  test.each([
    [false, 1],
    [3, 3],
    [true, 5],
  ] as const)('%p allows that many live runs of a task', async (multilaunch, most) => {
    const { app, session, clock } = setUp()
    app.task('a', false, { multilaunch }, lasting(clock, 1000))
    await app.start()
    for (let n = 0; n < 5; n++) void session.task('a').run()
    await clock.settled()
    expect(session.runs()).toHaveLength(most)
    expect(session.task('a').actor.getSnapshot().context.live).toBe(most)
    await clock.advance('10 seconds')
    expect(await session.log.query({ action: 'success' })).toHaveLength(5)
    expect(session.task('a').state).toBe('idle')
  })

  test("of a task takes precedence over the session's, and a raised limit starts waiting runs", async () => {
    const { app, session, clock } = setUp({ multilaunch: true })
    app.task('one', false, { multilaunch: false }, lasting(clock))
    await app.start()
    for (let n = 0; n < 3; n++) void session.task('one').run()
    await clock.settled()
    expect(session.runs()).toHaveLength(1)
    session.task('one').update({ multilaunch: 2 })
    await clock.settled()
    expect(session.runs()).toHaveLength(2)
  })
})

describe('main work', () => {
  test('blocks all other launches while it runs, including manual runs', async () => {
    const { app, session, clock, news } = setUp()
    const opened = gate()
    app.task('main', every('1 day'), { priority: 1, execution: 'main' }, () => opened.promise)
    app.task('other', every('1 day'), () => {})
    app.task('manual', false, () => {})
    await app.start()
    void session.task('manual').run()
    await clock.settled()
    expect(runsIn(news)).toEqual(['main started'])
    opened.open()
    await clock.settled()
    expect(runsIn(news)).toEqual([
      'main started',
      'main success',
      'manual started',
      'other started',
      'manual success',
      'other success',
    ])
  })

  test('does not interrupt live runs', async () => {
    const { app, session, clock } = setUp()
    const opened = gate()
    app.task('async', false, lasting(clock))
    app.task('main', false, { execution: 'main' }, () => opened.promise)
    await app.start()
    void session.task('async').run()
    await clock.settled()
    void session.task('main').run()
    await clock.settled()
    expect(session.runs()).toHaveLength(2)
    opened.open()
  })

  test('that is due again at its end starts again, although no other task can launch then', async () => {
    const { app, clock } = setUp({ pools: { db: 1 } })
    const starts: number[] = []
    const begin = clock.now()
    app.task('other', 'daily', { pool: 'db', priority: 1, timeout: 'never' }, () =>
      clock.sleep(10 * 60 * 60_000),
    )
    app.task('long', every('1 hour'), { execution: 'main', timeout: 'never' }, () => {
      starts.push((clock.now() - begin) / 1000)
      return clock.sleep(2 * 60 * 60_000)
    })
    // Ready while `long` runs, and without capacity at its end.
    app.task('waits', 'daily', { pool: 'db' }, () => {})
    await app.start()
    await clock.advance('3 hours')
    expect(starts).toEqual([0, 7200.1])
  })
})

describe('cycles', () => {
  test('session.cycles counts them, and a schedulerCycles condition that is not met keeps them going', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 second' })
    const seen: number[] = []
    app.task('late', schedulerCycles({ atLeast: 4 }), () => void seen.push(session.cycles))
    await app.start()
    await clock.advance('10 seconds')
    expect(seen[0]).toBeGreaterThanOrEqual(4)
    expect(seen[0]).toBeLessThanOrEqual(5)
    expect(session.cycles).toBeGreaterThan(5)
  })

  test('a session without anything to launch has one cycle, at its start', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => {})
    await app.start()
    await clock.advance('1 hour')
    expect(session.cycles).toBe(1)
  })

  test('launches without a timer between them are in the same cycle', async () => {
    const { app, session, clock } = setUp()
    app.task('a', every('1 minute'), { execution: 'main' }, () => {})
    app.task('b', afterSuccess('a'), { execution: 'main' }, () => {})
    app.task('c', afterSuccess('b'), { execution: 'main' }, () => session.cycles)
    await app.start()
    await clock.settled()
    expect(session.task('c').lastValue).toBe(0)
    expect(session.cycles).toBe(1)
    await clock.advance('1 minute')
    expect(session.task('c').lastValue).toBe(1)
    expect(session.cycles).toBe(2)
  })
})

describe('work that controls its own session', () => {
  test('creates a thousand tasks in a run: all of them run and are in the log', async () => {
    const { app, session, clock } = setUp()
    app.task('maker', false, () => {
      for (let n = 0; n < 1000; n++) session.createTask(`made ${n}`, every('1 day'), () => n)
    })
    await app.start()
    await session.task('maker').run()
    await clock.settled()
    expect(session.tasks()).toHaveLength(1001)
    expect(await session.log.query({ action: 'success' })).toHaveLength(1001)
  })

  test('removes its own task: the task is unlisted at once, and the run ends with its value', async () => {
    const { app, session, clock } = setUp()
    app.task('me', false, async () => {
      await session.removeTask('me')
      return session.has('me')
    })
    await app.start()
    expect(await session.task('me').run()).toMatchObject({ action: 'success', value: false })
    await clock.settled()
    expect(session.tasks()).toEqual([])
    expect(await session.log.query({ task: 'me' })).toHaveLength(2)
  })

  test('is replaced by a task of the same name: the new task has the history, and waits for the old run', async () => {
    const { app, session, clock, news } = setUp()
    const opened = gate()
    app.task('a', false, () => opened.promise)
    await app.start()
    void session.task('a').run()
    await clock.settled()
    void session.removeTask('a')
    session.createTask('a', always, () => 'new')
    await clock.settled()
    expect(session.task('a').status).toBe('run')
    expect(runsIn(news)).toEqual(['a started'])
    opened.open()
    await clock.settled()
    expect(runsIn(news).slice(0, 4)).toEqual(['a started', 'a success', 'a started', 'a success'])
    expect(session.task('a').lastValue).toBe('new')
  })

  test('calls restart() twice: the session restarts once', async () => {
    const { app, session, clock, news } = setUp()
    app.task('again', false, () => {
      session.restart()
      session.restart()
    })
    await app.start()
    await session.task('again').run()
    await clock.settled()
    expect(session.state).toBe('running')
    expect(news.filter(({ type }) => type === 'session.started')).toHaveLength(2)
  })

  test('calls shutDown() twice: its run is terminated, and the session stops', async () => {
    const { app, session } = setUp()
    let aborted = false
    app.task('down', false, async (_, run) => {
      session.shutDown()
      session.shutDown()
      await null
      aborted = run.signal.aborted
      return 'done'
    })
    await app.start()
    const outcome = await session.task('down').run()
    await session.stopped
    expect(aborted).toBe(true)
    expect(outcome).toMatchObject({ action: 'success', value: 'done' })
    expect(session.state).toBe('stopped')
  })
})

describe('on the system clock, the event loop keeps its turns with', () => {
  test.each<[string, (app: ReturnType<typeof createApp>) => void]>([
    [
      'two tasks that start each other',
      (app) => {
        app.task('ping', afterSuccess('pong'), () => {})
        app.task('pong', "after task 'ping' succeeded", () => {})
        void app.session.task('ping').run()
      },
    ],
    ['a task whose condition always holds, with no delay', (app) => app.task('always', true, () => {})],
    [
      'a task that queues itself',
      (app) => {
        const task = app.task('me', false, () => void app.session.task('me').run())
        void task.run()
      },
    ],
  ])('%s', async (_, write) => {
    const app = createApp({ logger: silent, relaunchDelay: 0 })
    write(app)
    const session = await app.start()
    let runs = 0
    const some = gate()
    session.on('run.ended', () => {
      runs += 1
      if (runs === 50) some.open()
    })
    // Timers, file reads and other tasks get their turns while runs follow one another endlessly.
    await some.promise
    const before = runs
    await new Promise((resolve) => setTimeout(resolve, 1))
    await readFile('package.json')
    session.createTask('other', false, () => 'had its turn')
    expect((await session.task('other').run()).value).toBe('had its turn')
    expect(runs).toBeGreaterThan(before)
    session.shutDown()
    await session.stopped
  })
})
