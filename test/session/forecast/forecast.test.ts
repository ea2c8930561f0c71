/** `session.forecast()` has no side effects, and reports its assumptions. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  type App,
  afterSuccess,
  any,
  createApp,
  cron,
  daily,
  hourly,
  onEach,
  schedulerCycles,
  schedulerRunning,
} from 'gantry'
import { TestClock } from 'gantry/testing'
import { BehaviorSubject, Subject } from 'rxjs'
import { silent } from '../../support/silent.ts'

const zone = 'Europe/Berlin'

describe('forecast() does not change the session', () => {
  test('it causes no record, event, warning, hook, work, state or timer, and calls a condition function once', async () => {
    const clock = new TestClock({ at: '2026-06-01T05:10', zone })
    const app = createApp({ clock, timezone: zone, logger: silent, pollEvery: '1 hour' })
    const calls: string[] = []
    const isOpen = app.condition('the shop is open', () => {
      calls.push('condition')
      return true
    })
    app.hook('run', () => void calls.push('run hook'))
    app.hook('cycle', () => void calls.push('cycle hook'))
    app.hook('task', () => void calls.push('task hook'))
    app.hook('startup', () => void calls.push('startup hook'))
    app.task('a', daily.after('07:00').and(isOpen), { runId: () => 'mine' }, () => void calls.push('work'))
    const session = await app.start()
    await clock.advance('3 hours')
    session.task('a').run()
    session.hold()
    await clock.settled()
    const seen = async () => ({
      records: await session.log.query(),
      notes: await session.log.notes(),
      warnings: { ...session.warnings },
      state: session.state,
      cycles: session.cycles,
      params: session.params.entries(),
      untilNextMs: clock.untilNextMs,
      isRunning: session.task('a').isRunning,
      explained: session.task('a').explain().toString(),
    })
    const before = await seen()
    calls.length = 0
    const news: string[] = []
    session.on('*', ({ type }) => void news.push(type))
    const hear = (message: unknown): void => void news.push(`diagnostics: ${JSON.stringify(message)}`)
    subscribe('gantry', hear)
    const { runs } = await session.forecast({ until: '2026-06-05', asIfResumed: true })
    expect(calls).toEqual(['condition'])
    await clock.settled()
    unsubscribe('gantry', hear)
    expect(news).toEqual([])
    expect(runs.length).toBe(1 + 3)
    expect(await seen()).toEqual(before)
    session.shutDown({ force: true })
    await session.stopped
  })
})

describe('forecast() of a session with a log in a file', () => {
  test('uses the records of earlier sessions, and writes nothing to the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gantry-forecast-'))
    const file = join(folder, 'runs.jsonl')
    const start = async (at: string) => {
      const clock = new TestClock({ at, zone })
      const app = createApp({ clock, timezone: zone, logger: silent, store: `jsonl:${file}`, persist: true })
      app.task('a', daily.after('07:00'), () => clock.sleep(120_000))
      app.task('b', afterSuccess('a'), () => {})
      const session = await app.start()
      await clock.settled()
      return { clock, session }
    }
    const stop = async ({ clock, session }: Awaited<ReturnType<typeof start>>) => {
      session.shutDown()
      await clock.advance('10 minutes')
      await session.stopped
    }
    const before = await start('2026-06-01T05:10')
    await before.clock.advance('3 hours')
    await stop(before)
    const after = await start('2026-06-01T12:00')
    const written = readFileSync(file, 'utf8')
    const { runs } = await after.session.forecast()
    expect(runs.map(({ task, at }) => `${task} ${at.toFormat('dd HH:mm')}`)).toEqual([
      'a 02 07:00',
      'b 02 07:02',
    ])
    expect(readFileSync(file, 'utf8')).toBe(written)
    await stop(after)
    rmSync(folder, { recursive: true })
  })
})

describe('the result of forecast()', () => {
  const start = async (tasks: (app: App, clock: TestClock) => void, at = '2026-06-01T05:10') => {
    const clock = new TestClock({ at, zone })
    const app = createApp({ clock, timezone: zone, logger: silent })
    tasks(app, clock)
    const session = await app.start()
    await clock.settled()
    const end = async (): Promise<void> => {
      session.shutDown({ force: true })
      await clock.advance('1 minute')
    }
    return { clock, session, end }
  }

  test('a run has its time, due time, expected runtime and the statement that launches it', async () => {
    const { clock, session, end } = await start((app, clock) => {
      app.task('main', daily.after('07:00'), { execution: 'main' }, () => clock.sleep(600_000))
      app.task('either', any(daily.after('07:00'), cron('0 12 * * *')), () => {})
    })
    await clock.advance('1 day')
    const { runs, from, until, isComplete } = await session.forecast({ until: '2026-06-03' })
    const time = (at: { toISO(): string | null } | null): string | undefined => at?.toISO()?.slice(0, 16)
    expect(runs.map((run) => ({ ...run, at: time(run.at), dueAt: time(run.dueAt) }))).toEqual([
      {
        task: 'main',
        at: '2026-06-02T07:00',
        dueAt: '2026-06-02T07:00',
        runtimeMs: 600_000,
        trigger: 'condition',
        because: 'daily after 07:00',
      },
      {
        task: 'either',
        at: '2026-06-02T07:10',
        dueAt: '2026-06-02T07:00',
        runtimeMs: 0,
        trigger: 'condition',
        because: 'daily after 07:00',
      },
      {
        task: 'either',
        at: '2026-06-02T12:00',
        dueAt: '2026-06-02T12:00',
        runtimeMs: 0,
        trigger: 'condition',
        because: 'cron 0 12 * * *',
      },
    ])
    expect([time(from), time(until), isComplete]).toEqual(['2026-06-02T05:10', '2026-06-03T00:00', true])
    expect(runs[0]!.at.zoneName).toBe(zone)
    await end()
  })

  test('`assumed` lists the constant values of functions and streams; `notForecastable` lists events, cycles and pending answers', async () => {
    const { session, end } = await start((app) => {
      const isOpen = app.condition('the shop is open', () => true)
      const hasRain = app.condition('it rains', () => new Promise<boolean>(() => {}))
      app.task('open', daily.at('07:00').and(isOpen), () => {})
      app.task('rain', daily.at('07:00').and(hasRain), () => {})
      app.task('level', new BehaviorSubject(false), () => {})
      app.task('event', any(daily.at('08:00'), onEach(new Subject())), () => {})
      app.task('cycles', daily.at('09:00').and(schedulerCycles({ lessThan: 1_000 })), () => {})
    })
    const { runs, assumed, notForecastable } = await session.forecast()
    expect(runs.map(({ task }) => task)).toEqual(['open', 'event', 'cycles'])
    expect(assumed.map(({ task, value }) => [task, value])).toEqual([
      ['open', true],
      ['level', false],
    ])
    expect(assumed[0]!.statement).toBe('the shop is open')
    expect(notForecastable.map(({ task, reason }) => [task, reason])).toEqual([
      ['rain', 'it has not answered yet, and counts as false'],
      ['event', 'values of an event stream cannot be predicted'],
      ['cycles', 'the number of cycles cannot be predicted'],
    ])
    await end()
  })

  test('a condition that still holds after each run appears ten times and is reported; other tasks continue', async () => {
    const { session, end } = await start((app) => {
      app.task('always', true, () => {})
      app.task('daily', daily.at('07:00'), () => {})
    })
    const { runs, notForecastable, isComplete } = await session.forecast()
    expect(runs.filter(({ task }) => task === 'always').length).toBe(10)
    expect(runs.at(-1)!.task).toBe('daily')
    expect(isComplete).toBe(true)
    expect(notForecastable).toEqual([
      { task: 'always', statement: 'true', reason: expect.stringMatching(/again and again/) as unknown },
    ])
    await end()
  })

  test('`limit` ends it early, and `until` is the time of the last run', async () => {
    const { session, end } = await start((app) => void app.task('hour', hourly, () => {}))
    const { runs, until, isComplete } = await session.forecast({ until: '2027-01-01', limit: 3 })
    expect(runs.map(({ at }) => at.hour)).toEqual([6, 7, 8])
    expect(isComplete).toBe(false)
    expect(until.toMillis()).toBe(runs.at(-1)!.at.toMillis())
    await end()
  })

  test('a stopped session: it predicts an immediate start with start-up tasks, and the stop by the shut condition', async () => {
    const clock = new TestClock({ at: '2026-06-01T05:10', zone })
    const app = createApp({
      clock,
      timezone: zone,
      logger: silent,
      shutCondition: schedulerRunning({ moreThan: '3 hours' }),
    })
    app.task('first', false, { onStartup: true }, () => {})
    app.task('last', false, { onShutdown: true }, () => {})
    app.task('hour', hourly, () => {})
    app.task('off', hourly, { disabled: true }, () => {})
    const { runs, stopsAt, isComplete } = await app.session.forecast()
    expect(runs.map(({ task, at, because }) => `${task} ${at.toFormat('HH:mm')} ${because}`)).toEqual([
      'first 05:10 the session starts',
      'hour 05:10 hourly',
      'hour 06:00 hourly',
      'hour 07:00 hourly',
      'hour 08:00 hourly',
    ])
    expect(stopsAt?.toFormat('HH:mm')).toBe('08:10')
    expect(isComplete).toBe(true)
    expect(app.session.state).toBe('stopped')
  })

  test('a held session: it is empty; with asIfResumed it predicts all runs, including manual ones', async () => {
    const { clock, session, end } = await start((app) => void app.task('hour', hourly, () => {}))
    session.hold()
    await clock.advance('5 hours')
    const asked = session.task('hour').run()
    const until = clock.now() + 3_600_000
    const held = await session.forecast({ until })
    expect(held.runs).toEqual([])
    expect(held.notForecastable).toEqual([
      { task: null, statement: 'the session is held', reason: 'nothing launches until resume() is called' },
    ])
    const { runs } = await session.forecast({ until, asIfResumed: true })
    expect(runs.map(({ because, dueAt }) => [because, dueAt === null])).toEqual([
      ['a manual run was requested', true],
      ['hourly', false],
    ])
    asked.terminate()
    await end()
  })

  test('invalid options reject with the reason', async () => {
    const { session, end } = await start(() => {})
    await expect(session.forecast({ until: '2026-05-01' })).rejects.toThrow(/later than now/)
    await expect(session.forecast({ limit: 0 })).rejects.toThrow(RangeError)
    await expect(session.forecast({ untill: 1 } as never)).rejects.toThrow(/Did you mean 'until'/)
    await end()
  })
})
