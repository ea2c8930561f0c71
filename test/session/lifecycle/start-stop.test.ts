/** Start and stop of a session: start-up and shut-down tasks, live runs, the shut condition, and a stop during a start. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { ConditionError, every } from 'gantry'
import { gate, lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

describe('start-up and shut-down tasks', () => {
  test('run only at start and stop, by priority, regardless of their start condition', async () => {
    const { app, session, clock, news } = setUp()
    const note = (): void => {}
    app.task('up 1', false, { onStartup: true }, note)
    app.task('up 2', false, { onStartup: true, priority: 1 }, note)
    app.task('up by condition', "param 'never' exists", { onStartup: true }, note)
    app.task('up disabled', false, { onStartup: true, disabled: true }, note)
    app.task('down 1', false, { onShutdown: true }, note)
    app.task('down 2', true, { onShutdown: true, priority: 1 }, note)
    app.task('plain', every('1 minute'), note)
    await app.start()
    await clock.advance('90 seconds')
    session.shutDown()
    await session.stopped
    expect(runsIn(news).filter((each) => each.endsWith('started'))).toEqual([
      'up 2 started',
      'up 1 started',
      'plain started',
      'plain started',
      'down 2 started',
      'down 1 started',
    ])
    expect((await session.log.query({ task: 'up 1', action: 'run' }))[0]?.trigger).toBe('startup')
    expect((await session.log.query({ task: 'down 1', action: 'run' }))[0]?.trigger).toBe('shutdown')
  })

  test('with main work run one after the other, before any other task launches', async () => {
    const { app, clock, news } = setUp({ execution: 'main' })
    app.task('plain', true, () => {})
    for (const name of ['a', 'b']) app.task(name, false, { onStartup: true }, lasting(clock, 1000))
    const started = app.start()
    await clock.settled()
    expect(runsIn(news)).toEqual(['a started'])
    await clock.advance('5 seconds')
    await started
    expect(runsIn(news).slice(0, 5)).toEqual([
      'a started',
      'a success',
      'b started',
      'b success',
      'plain started',
    ])
  })

  test('run also on a forced stop', async () => {
    const { app, session } = setUp()
    let said = ''
    app.task('down', false, { onShutdown: true }, () => {
      said = 'good bye'
    })
    await app.start()
    session.shutDown({ force: true })
    await session.stopped
    expect(said).toBe('good bye')
  })
})

describe('a stop with live runs', () => {
  test('lets them finish, after shutDown() and restart()', async () => {
    const { app, session, clock } = setUp()
    const task = app.task('slow', false, lasting(clock, 60_000))
    await app.start()
    for (const ask of [() => session.restart(), () => session.shutDown()]) {
      const handle = task.run()
      await clock.settled()
      ask()
      await clock.settled()
      expect(session.state).toBe('stopping')
      await clock.advance('2 minutes')
      expect((await handle).action).toBe('success')
    }
    await session.stopped
  })

  test.each([
    ['force', {}, { force: true }],
    ['instantShutdown', { instantShutdown: true }, {}],
  ] as const)('terminates them with %s', async (_, options, how) => {
    const { app, session, clock } = setUp(options)
    const task = app.task('slow', false, lasting(clock))
    await app.start()
    const handle = task.run()
    await clock.settled()
    session.shutDown(how)
    expect(await handle).toMatchObject({ action: 'terminate', reason: 'shut-down' })
    await session.stopped
  })

  test('terminates them after drainTimeout', async () => {
    const { app, session, clock } = setUp({ drainTimeout: '10 seconds' })
    const task = app.task('slow', false, lasting(clock))
    await app.start()
    const handle = task.run()
    await clock.settled()
    session.shutDown()
    await clock.advance('9 seconds')
    expect(session.state).toBe('stopping')
    await clock.advance('2 seconds')
    expect(await handle).toMatchObject({ action: 'terminate', reason: 'shut-down' })
    await session.stopped
  })

  test('always terminates permanent tasks, which have no timeout', async () => {
    const { app, session, clock } = setUp({ timeout: '1 minute' })
    const observer = app.task('observer', true, { permanent: true }, lasting(clock, 1e9))
    await app.start()
    await clock.advance('1 hour')
    expect(observer.isRunning).toBe(true)
    session.shutDown()
    await session.stopped
    expect(observer.status).toBe('terminate')
    expect(await observer.log.query({ action: 'run' })).toHaveLength(1)
  })

  test('still applies timeouts and end conditions', async () => {
    const { app, session, clock } = setUp()
    app.task('timed', false, { timeout: '1 minute' }, lasting(clock))
    app.task('ended', false, { end: "param 'enough' exists" }, lasting(clock))
    await app.start()
    const handles = session.tasks().map((task) => task.run())
    await clock.settled()
    session.shutDown()
    session.params.set('enough', true)
    await clock.advance('2 minutes')
    expect((await Promise.all(handles)).map(({ reason }) => reason)).toEqual(['timeout', 'end condition'])
    await session.stopped
  })

  test('terminates a shut-down task that hangs on a second shutDown()', async () => {
    const { app, session, clock } = setUp()
    app.task('hangs', false, { onShutdown: true }, lasting(clock))
    await app.start()
    session.shutDown({ force: true })
    await clock.settled()
    expect(session.state).toBe('stopping')
    session.shutDown()
    await clock.settled()
    expect(session.state).toBe('stopped')
    expect(session.task('hangs').status).toBe('terminate')
  })

  test('waits for work that ignores its signal only until the end of its grace', async () => {
    const { app, session, clock } = setUp()
    app.task('deaf', true, { graceMs: 1000 }, async () => await clock.sleep(1e9))
    await app.start()
    await clock.settled()
    session.shutDown({ force: true })
    await clock.advance('2 seconds')
    expect(session.state).toBe('stopped')
  })
})

describe('shutCondition', () => {
  test('is evaluated before the first launch: only start-up and shut-down tasks run', async () => {
    const { app, session, news } = setUp({ shutCondition: true })
    app.task('up', false, { onStartup: true }, () => {})
    app.task('plain', true, () => {})
    app.task('down', false, { onShutdown: true }, () => {})
    await app.run()
    expect(session.state).toBe('stopped')
    expect(runsIn(news).filter((each) => each.endsWith('started'))).toEqual(['up started', 'down started'])
  })

  test('ends the session when it becomes true', async () => {
    const { app, session, clock } = setUp({ shutCondition: "task 'a' has succeeded" })
    app.task('a', false, () => {})
    await app.start()
    await clock.advance('1 hour')
    expect(session.state).toBe('running')
    const done = app.session.stopped
    void session.task('a').run()
    await done
    expect(session.state).toBe('stopped')
  })

  test('that fails ends the session with its error, even with onError: log', async () => {
    const { app } = setUp({ onError: 'log' })
    app.session.update({
      shutCondition: app.condition(() => {
        throw new Error('who knows')
      }),
    })
    await expect(app.run()).rejects.toBeInstanceOf(ConditionError)
  })

  test('applies at once if it is changed while the session runs', async () => {
    const { app, session, clock } = setUp()
    await app.start()
    session.update({ shutCondition: true })
    await clock.settled()
    expect(session.state).toBe('stopped')
  })
})

test('after a condition function stops the session at its first evaluation, no condition is evaluated', async () => {
  const { app, session, clock } = setUp()
  let asked = 0
  const stops = app.condition(() => {
    session.shutDown()
    return false
  })
  const counts = app.condition(() => {
    asked += 1
    return false
  })
  app.task('both', counts({}).or(stops({})), () => {})
  app.task('other', counts, () => {})
  await app.start()
  await clock.settled()
  expect(session.state).toBe('stopped')
  asked = 0
  await clock.advance('1 hour')
  expect(asked).toBe(0)
})

describe('a session that is stopped while it starts', () => {
  test('during a start-up hook runs no start-up tasks but its shut-down tasks, and start() resolves', async () => {
    const { app, session, clock, news } = setUp()
    const opened = gate()
    app.setup(() => opened.promise)
    app.task('up', false, { onStartup: true }, () => {})
    app.task('down', false, { onShutdown: true }, () => {})
    const started = app.start()
    await clock.settled()
    session.shutDown()
    await clock.settled()
    opened.open()
    await clock.settled()
    await started
    await session.stopped
    expect(session.state).toBe('stopped')
    expect(runsIn(news)).toEqual(['down started', 'down success'])
  })

  test('during a start-up task with main work waits for it, and does not launch the next one', async () => {
    const { app, session, clock, news } = setUp({ execution: 'main' })
    for (const name of ['a', 'b']) app.task(name, false, { onStartup: true }, lasting(clock, 1000))
    const started = app.start()
    await clock.settled()
    session.shutDown()
    await clock.advance('10 seconds')
    await started
    expect(session.state).toBe('stopped')
    expect(runsIn(news)).toEqual(['a started', 'a success'])
  })

  test('by restart() restarts after the start', async () => {
    const { app, session, clock } = setUp()
    let starts = 0
    app.setup(() => {
      starts += 1
      if (starts === 1) session.restart()
    })
    await app.start()
    await clock.settled()
    expect(starts).toBe(2)
    expect(session.state).toBe('running')
  })
})
