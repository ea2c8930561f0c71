/** The options of a session: the default of each, and its change while the session runs. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createApp, daily, every } from 'gantry'
import { lasting, runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'
import { silent } from '../../support/silent.ts'

afterEach(tearDown)

test('timezone is that of the system by default; a change applies to tasks without their own zone', async () => {
  expect(createApp().session.now().zoneName).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const { app, session, clock } = setUp()
  app.task('plain', daily.at('09:00'), () => {})
  app.task('own', daily.at('09:00'), { timezone: 'Europe/Helsinki' }, () => {})
  await app.start()
  session.update({ timezone: 'Asia/Tokyo' })
  expect(session.now().zoneName).toBe('Asia/Tokyo')
  await clock.advance('1 day')
  expect(session.task('plain').lastRun?.toISO()).toBe('2026-11-25T09:00:00.000+09:00')
  expect(session.task('own').lastRun?.toISO()).toBe('2026-11-25T09:00:00.000+02:00')
  expect(session.task('plain').nextRuns(1)[0]?.toISO()).toBe('2026-11-26T09:00:00.000+09:00')
})

test('execution is async by default; a change applies to the next runs of tasks without their own', async () => {
  const { app, session, clock } = setUp()
  for (const name of ['a', 'b']) app.task(name, false, lasting(clock, 1000))
  await app.start()
  const both = async (): Promise<number> => {
    for (const task of session.tasks()) void task.run()
    await clock.settled()
    const live = session.runs().length
    await clock.advance('5 seconds')
    return live
  }
  expect(session.task('a').execution).toBe('async')
  expect(await both()).toBe(2)
  session.update({ execution: 'main' })
  expect(session.task('a').execution).toBe('main')
  expect(await both()).toBe(1)
})

test("timeout is 30 minutes by default; a change applies to the next runs, and 'never' removes it", async () => {
  const { app, session, clock } = setUp()
  const task = app.task('a', false, lasting(clock, 86_400_000))
  await app.start()
  const endsWithin = async (span: string): Promise<string | undefined> => {
    const handle = task.run()
    await clock.advance(span)
    if (session.runs().length > 0) return undefined
    return (await handle).reason
  }
  expect(await endsWithin('29 minutes')).toBeUndefined()
  await clock.advance('1 minute')
  expect(session.runs()).toEqual([])
  session.update({ timeout: '1 minute' })
  expect(await endsWithin('61 seconds')).toBe('timeout')
  session.update({ timeout: 'never' })
  expect(await endsWithin('10 hours')).toBeUndefined()
})

test('relaunchDelay is 100 ms by default; a change applies from the next end of a run', async () => {
  const { app, session, clock } = setUp()
  const at: number[] = []
  app.task('a', true, () => void at.push(clock.now()))
  await app.start()
  await clock.advance('250 milliseconds')
  session.update({ relaunchDelay: '1 minute' })
  await clock.advance('3 minutes')
  expect(at.slice(1).map((each, i) => each - at[i]!)).toEqual([100, 100, 100, 60_000, 60_000])
})

test('multilaunch is one run at a time by default; a raised limit launches waiting runs', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('a', false, lasting(clock))
  await app.start()
  for (let n = 0; n < 3; n++) void task.run()
  await clock.settled()
  expect(session.runs()).toHaveLength(1)
  session.update({ multilaunch: 2 })
  await clock.settled()
  expect(session.runs()).toHaveLength(2)
  session.update({ multilaunch: true })
  await clock.settled()
  expect(session.runs()).toHaveLength(3)
})

test('instantShutdown is false by default, so that a stop waits for runs; a change to true terminates them', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('a', true, lasting(clock))
  await app.start()
  await clock.settled()
  session.update({ instantShutdown: true })
  session.shutDown()
  await session.stopped
  expect(task.status).toBe('terminate')
})

test('drainTimeout is not set by default; a change applies to the next stop', async () => {
  const { app, session, clock } = setUp()
  app.task('a', true, { timeout: 'never' }, lasting(clock, 864_000_000))
  await app.start()
  await clock.settled()
  session.update({ drainTimeout: '1 minute' })
  session.shutDown()
  await clock.advance('59 seconds')
  expect(session.state).toBe('stopping')
  await clock.advance('2 seconds')
  expect(session.state).toBe('stopped')
})

test('params are set from the beginning; a change sets the given ones and evaluates conditions', async () => {
  const { app, session, clock, news } = setUp({ params: { a: 1, b: 2 } })
  app.task('waits', "param 'go' exists", () => {})
  await app.start()
  expect(session.params.toJSON()).toEqual({ a: 1, b: 2 })
  session.update({ params: { b: 3, go: true } })
  await clock.settled()
  expect(session.params.toJSON()).toEqual({ a: 1, b: 3, go: true })
  expect(runsIn(news)[0]).toBe('waits started')
})

test('pollEvery is a second by default; a change applies after the next evaluation of a function', async () => {
  const { app, session, clock } = setUp()
  let asked = 0
  app.task(
    'a',
    app.condition(() => {
      asked += 1
      return false
    }),
    () => {},
  )
  await app.start()
  await clock.advance('10 seconds')
  expect(asked).toBe(11)
  session.update({ pollEvery: '1 minute' })
  await clock.advance('1 second')
  asked = 0
  await clock.advance('10 minutes')
  expect(asked).toBe(10)
})

test('onError is log by default; after a change to raise, the next failure ends the session', async () => {
  const { app, session, clock, news } = setUp()
  const task = app.task('a', false, () => {})
  app.hook('run', () => {
    throw new Error('bad')
  })
  const ran = expect(app.run()).rejects.toThrow('bad')
  await clock.settled()
  await task.run()
  expect(warningsIn(news)).toEqual(['hook'])
  session.update({ onError: { hook: 'raise' } })
  void task.run()
  await ran
  expect(session.state).toBe('stopped')
})

test('onTaskExists is raise by default; a change applies to the next task', () => {
  const { app, session } = setUp()
  app.task('a', false, () => {})
  expect(() => app.task('a', false, () => {})).toThrow(/'a' exists/)
  session.update({ onTaskExists: 'rename' })
  expect(app.task('a', false, () => {}).name).toBe('a - 1')
})

test('logger: warnings and lines of runs go to the current logger', async () => {
  const [first, second]: [string[], string[]] = [[], []]
  const loggerTo = (lines: string[]) => ({
    ...silent,
    warn: (...data: unknown[]) => void lines.push(`warn ${data[0]}`),
    info: (...data: unknown[]) => void lines.push(`info ${data[0]}`),
  })
  const { app, session } = setUp({ logger: loggerTo(first) })
  const task = app.task('a', false, (_, run) => run.log.info('hello'))
  app.hook('run', () => {
    throw new Error('bad')
  })
  await app.start()
  await task.run()
  session.update({ logger: loggerTo(second) })
  await task.run()
  expect(first).toEqual(second)
  expect(first).toEqual([expect.stringMatching(/^warn .*'a'/), 'info hello'])
})

test('lateAfter is a second by default; a change applies to the next launch', async () => {
  const { app, session, clock, news } = setUp()
  app.task('a', every('1 hour'), () => {})
  await app.start()
  await clock.settled()
  const late = async (span: string): Promise<number> => {
    session.hold()
    await clock.advance('1 hour')
    await clock.advance(span)
    news.length = 0
    session.resume()
    await clock.settled()
    return news.filter(({ type }) => type === 'run.late').length
  }
  expect(await late('900 milliseconds')).toBe(0)
  expect(await late('1100 milliseconds')).toBe(1)
  session.update({ lateAfter: '1 minute' })
  expect(await late('50 seconds')).toBe(0)
})

test('handleSignals is on by default in app.run() only; a change applies at once', async () => {
  const listeners = (): number => process.listenerCount('SIGTERM')
  const before = listeners()
  const { app, session } = setUp()
  await app.start()
  expect(listeners()).toBe(before)
  session.update({ handleSignals: true })
  expect(listeners()).toBe(before + 1)
  session.update({ handleSignals: false })
  expect(listeners()).toBe(before)
  session.update({ handleSignals: true })
  session.shutDown()
  await session.stopped
  expect(listeners()).toBe(before)
  const other = setUp()
  const ran = other.app.run()
  await other.clock.settled()
  expect(listeners()).toBe(before + 1)
  other.session.shutDown()
  await ran
  expect(listeners()).toBe(before)
})

describe('the options of a session', () => {
  test('have their default if they are given as undefined', async () => {
    const { app, session, clock } = setUp({ timeout: '1 minute' })
    const task = app.task('a', false, lasting(clock))
    await app.start()
    session.update({ timeout: undefined as never })
    void task.run()
    await clock.advance('10 minutes')
    expect(task.isRunning).toBe(true)
    expect(task.toJSON().timeoutMs).toBe(1_800_000)
  })

  test('do not follow later changes of the given object', async () => {
    const options = {
      relaunchDelay: 1000,
      params: { a: 1 },
      onError: { condition: 'log' as 'log' | 'raise' },
    }
    const { session } = setUp(options)
    options.relaunchDelay = -5
    options.params.a = 2
    expect(session.options.relaunchDelay).toBe(1000)
    expect(session.params.get('a')).toBe(1)
    expect(Object.isFrozen(session.options)).toBe(true)
  })
})
