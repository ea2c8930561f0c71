/** The options of a session: the default of each, and that it can be changed while the session runs. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createApp, daily, every } from 'gantry'
import { lasting, runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'
import { silent } from '../../support/silent.ts'

afterEach(tearDown)

test('timezone: by default the system’s; changed, it moves conditions and times of tasks without their own', async () => {
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

test('execution: by default async; changed, it counts for the next runs of tasks without their own', async () => {
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

test("timeout: by default 30 minutes; changed, it counts for the next runs; 'never' lifts it", async () => {
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

test('relaunchDelay: by default 100 ms; changed, it counts from the next end', async () => {
  const { app, session, clock } = setUp()
  const at: number[] = []
  app.task('a', true, () => void at.push(clock.now()))
  await app.start()
  await clock.advance('250 milliseconds')
  session.update({ relaunchDelay: '1 minute' })
  await clock.advance('3 minutes')
  expect(at.slice(1).map((each, i) => each - at[i]!)).toEqual([100, 100, 100, 60_000, 60_000])
})

test('multilaunch: by default one run at a time; raised, what waits is launched', async () => {
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

test('instantShutdown: by default runs are waited for; changed, they are ended', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('a', true, lasting(clock))
  await app.start()
  await clock.settled()
  session.update({ instantShutdown: true })
  session.shutDown()
  await session.stopped
  expect(task.status).toBe('terminate')
})

test('drainTimeout: by default there is none; changed, it counts for the next stop', async () => {
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

test('params: set from the beginning; changed, those that are given are set, and conditions wake', async () => {
  const { app, session, clock, news } = setUp({ params: { a: 1, b: 2 } })
  app.task('waits', "param 'go' exists", () => {})
  await app.start()
  expect(session.params.toJSON()).toEqual({ a: 1, b: 2 })
  session.update({ params: { b: 3, go: true } })
  await clock.settled()
  expect(session.params.toJSON()).toEqual({ a: 1, b: 3, go: true })
  expect(runsIn(news)[0]).toBe('waits started')
})

test('pollEvery: by default a second; changed, functions are asked as often from their next look on', async () => {
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

test('onError: by default log; changed, the next failure ends the session', async () => {
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

test('onTaskExists: by default raise; changed, it counts for the next task', () => {
  const { app, session } = setUp()
  app.task('a', false, () => {})
  expect(() => app.task('a', false, () => {})).toThrow(/'a' exists/)
  session.update({ onTaskExists: 'rename' })
  expect(app.task('a', false, () => {}).name).toBe('a - 1')
})

test('logger: what is warned of and what runs write goes to the one that is set now', async () => {
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

test('lateAfter: by default a second; changed, it counts for the next launch', async () => {
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

test('handleSignals: by default in app.run() only; changed while it runs, it counts at once', async () => {
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

describe('all of them', () => {
  test('an option that is given as undefined is at its default', async () => {
    const { app, session, clock } = setUp({ timeout: '1 minute' })
    const task = app.task('a', false, lasting(clock))
    await app.start()
    session.update({ timeout: undefined as never })
    void task.run()
    await clock.advance('10 minutes')
    expect(task.isRunning).toBe(true)
    expect(task.toJSON().timeoutMs).toBe(1_800_000)
  })

  test('what is done to the given object afterwards does nothing', async () => {
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
