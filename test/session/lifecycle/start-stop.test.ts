/** How a session starts and stops: its sequences, who is waited for, and what an error does to it. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { ConditionError, every } from 'gantry'
import { gate, lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

describe('start-up and shut-down tasks', () => {
  test('run only in those sequences, by priority, forced when their start is false', async () => {
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

  test('main work among them runs one after the other, before anything else launches', async () => {
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

  test('shut-down tasks run on a forced stop, too', async () => {
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

describe('who is waited for', () => {
  test('shutDown() and restart() let living runs finish', async () => {
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
  ] as const)('%s tells them to end', async (_, options, how) => {
    const { app, session, clock } = setUp(options)
    const task = app.task('slow', false, lasting(clock))
    await app.start()
    const handle = task.run()
    await clock.settled()
    session.shutDown(how)
    expect(await handle).toMatchObject({ action: 'terminate', reason: 'shut-down' })
    await session.stopped
  })

  test('drainTimeout ends the wait', async () => {
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

  test('permanent tasks are always terminated, and have no timeout while they run', async () => {
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

  test('timeouts and end conditions still count while it drains', async () => {
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

  test('a shut-down task that hangs is ended by asking once more', async () => {
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

  test('work that ignores its end holds the stop up for its grace only', async () => {
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
  test('is looked at before the first launch: nothing launches, the sequences run', async () => {
    const { app, session, news } = setUp({ shutCondition: true })
    app.task('up', false, { onStartup: true }, () => {})
    app.task('plain', true, () => {})
    app.task('down', false, { onShutdown: true }, () => {})
    await app.run()
    expect(session.state).toBe('stopped')
    expect(runsIn(news).filter((each) => each.endsWith('started'))).toEqual(['up started', 'down started'])
  })

  test('ends the session when it begins to hold, held or not', async () => {
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

  test('that fails ends the session with its error, even where conditions are only logged', async () => {
    const { app } = setUp({ onError: 'log' })
    app.session.update({
      shutCondition: app.condition(() => {
        throw new Error('who knows')
      }),
    })
    await expect(app.run()).rejects.toBeInstanceOf(ConditionError)
  })

  test('changed while running counts at once', async () => {
    const { app, session, clock } = setUp()
    await app.start()
    session.update({ shutCondition: true })
    await clock.settled()
    expect(session.state).toBe('stopped')
  })
})

test('a condition’s function that stops the session at its first look: nothing is watched afterwards', async () => {
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

describe('stopped while it starts', () => {
  test('during a set-up hook: no start-up task runs, shut-down tasks do, start() resolves', async () => {
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

  test('during a start-up task of main work: it is waited for, the next one is not begun', async () => {
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

  test('a restart asked for while it starts comes after the start', async () => {
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
