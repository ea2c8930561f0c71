/** `session.forecast()`: what it foretells is what then runs, and the session never notices. */
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
  every,
  hourly,
  onEach,
  paramIs,
  retry,
  running,
  type SessionOptions,
  schedulerCycles,
  schedulerRunning,
  toDurationMs,
  weekly,
} from 'gantry'
import { TestClock } from 'gantry/testing'
import { BehaviorSubject, Subject } from 'rxjs'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const zone = 'Europe/Berlin'

interface Foretold {
  readonly zone?: string
  readonly at: string
  /** How long the session has run when it is asked; default not at all. */
  readonly after?: string
  readonly for: string
  readonly options?: SessionOptions
  readonly tasks: (app: App, clock: TestClock) => void
}

/** What was foretold and what then ran, as `task time`, in order. */
async function compare({ at, after, for: length, tasks, ...given }: Foretold) {
  const clock = new TestClock({ at, zone: given.zone ?? zone })
  const app = createApp({ clock, timezone: given.zone ?? zone, logger: silent, ...given.options })
  tasks(app, clock)
  const session = await app.start()
  await clock.advance(after ?? 0)
  const ran: string[] = []
  const say = (task: string, ms: number): string => `${task} ${new Date(ms).toISOString()}`
  const until = clock.now() + toDurationMs(length)
  const foretold = await session.forecast({ until, limit: 10_000 })
  session.on('run.started', (news) => void ran.push(say(news.task, news.at)))
  await clock.advance(until - clock.now() - 1)
  session.shutDown({ force: true })
  await clock.advance('1 minute')
  await session.stopped
  return { foretold: foretold.runs.map((run) => say(run.task, run.at.toMillis())), ran, forecast: foretold }
}

const cases: readonly [string, Foretold, number][] = [
  [
    'daily, weekly and hourly tasks',
    {
      at: '2026-06-01T05:10',
      after: '1 day',
      for: '9 days',
      tasks: (app) => {
        app.task('day', daily.after('07:00'), () => {})
        app.task('week', weekly.on('Mon', 'Thu'), () => {})
        app.task('hour', hourly.at('15:00'), () => {})
      },
    },
    9 + 3 + 9 * 24,
  ],
  [
    'a chain whose parts take their time',
    {
      at: '2026-06-01T05:10',
      after: '3 days',
      for: '4 days',
      tasks: (app, clock) => {
        const fetch = app.task('fetch', daily.after('07:00'), () => clock.sleep(90_000))
        const parse = app.task('parse', afterSuccess(fetch), () => clock.sleep(30_000))
        app.task('report', afterSuccess(parse).and(daily), () => {})
      },
    },
    12,
  ],
  [
    'every so long, from the start and from the end',
    {
      at: '2026-06-01T05:10',
      after: '5 hours',
      for: '12 hours',
      tasks: (app, clock) => {
        app.task('start', every('25 minutes'), () => clock.sleep(60_000))
        app.task('end', every('25 minutes', { based: 'finish' }), () => clock.sleep(60_000))
      },
    },
    28 + 28,
  ],
  [
    'cron and daily over the weekend on which an hour is left out',
    {
      at: '2026-03-27T12:00',
      for: '3 days',
      tasks: (app) => {
        app.task('half', cron('*/30 * * * *'), () => {})
        app.task('night', daily.at('02:30'), () => {})
      },
    },
    143 + 3,
  ],
  [
    'cron and daily over the weekend on which an hour comes twice',
    {
      at: '2026-10-23T12:00',
      for: '3 days',
      tasks: (app) => {
        app.task('half', cron('*/30 * * * *'), () => {})
        app.task('night', daily.at('02:30'), () => {})
      },
    },
    143 + 3,
  ],
  [
    'main work that waits for other main work, by priority',
    {
      at: '2026-06-01T05:10',
      after: '2 days',
      for: '2 days',
      tasks: (app, clock) => {
        for (const [name, priority] of [
          ['low', 1],
          ['high', 3],
          ['middle', 2],
        ] as const)
          app.task(name, daily.after('07:00'), { execution: 'main', priority }, () => clock.sleep(600_000))
      },
    },
    6,
  ],
  [
    'a pool with one place, and few starts in an hour',
    {
      at: '2026-06-01T05:10',
      after: '3 days',
      for: '2 days',
      options: { pools: { db: 1, api: { rate: { starts: 2, per: '1 hour' } } } },
      tasks: (app, clock) => {
        for (const name of ['a', 'b', 'c'])
          app.task(name, daily.after('07:00'), { pool: 'db' }, () => clock.sleep(600_000))
        for (const name of ['d', 'e', 'f']) app.task(name, daily.after('12:00'), { pool: 'api' }, () => {})
      },
    },
    12,
  ],
  [
    'a retry that is due, and then success',
    {
      at: '2026-06-01T05:10',
      after: '2 hours',
      for: '1 day',
      tasks: (app) => {
        let runs = 0
        app.task('flaky', any(daily.at('07:00'), retry(3, { delay: '90 minutes' })), () => {
          runs += 1
          if (runs === 1) throw new Error('the first time')
        })
      },
    },
    2,
  ],
  [
    'a run that lives, and what waits for its end',
    {
      at: '2026-06-01T05:10',
      after: '26 hours',
      for: '1 day',
      tasks: (app, clock) => {
        const long = app.task('long', daily.at('07:00'), { timeout: 'never' }, () =>
          clock.sleep(3 * 60 * 60_000),
        )
        app.task('next', afterSuccess(long), () => {})
        app.task('meanwhile', running(long).and(every('20 minutes')), () => {})
      },
    },
    // Until 10:00 `long` lives, and then `next` runs; and the two of the next morning.
    8 + 1 + 2,
  ],
  [
    'a session that has run for a while, and a param',
    {
      at: '2026-06-01T05:10',
      for: '1 day',
      tasks: (app) => {
        app.param('mode', 'on')
        app.task(
          'later',
          paramIs('mode', 'on').and(schedulerRunning({ moreThan: '3 hours' }), daily),
          () => {},
        )
        app.task('off', paramIs('mode', 'off').and(hourly), () => {})
      },
    },
    2,
  ],
]

describe('forecast() foretells what runs', () => {
  test.each(cases)('%s', async (_, foretold, count) => {
    const { foretold: planned, ran } = await compare(foretold)
    expect(planned).toEqual(ran)
    expect(ran.length).toBe(count)
  })
})

describe('forecast() leaves the session as it was', () => {
  test('no record, news, warning, hook, work, state or timer comes of it, and a function is asked once', async () => {
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
    const { runs } = await session.forecast({ until: '2026-06-05' })
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

describe('forecast() of a session whose log outlives the process', () => {
  test('knows what earlier sessions did, and writes nothing to the file', async () => {
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

describe('forecast() tells how it knows', () => {
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

  test('a run has its time, its due time, its expected length and the statement that holds by then', async () => {
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

  test('functions and streams are taken to stay, and said; events, cycles and open answers cannot be foreseen', async () => {
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
      ['event', 'nobody knows when the stream will speak'],
      ['cycles', 'nobody knows how many cycles there will be'],
    ])
    await end()
  })

  test('what holds on after each run is listed ten times, and said; the others are played on', async () => {
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

  test('the limit cuts it, and `until` tells where', async () => {
    const { session, end } = await start((app) => void app.task('hour', hourly, () => {}))
    const { runs, until, isComplete } = await session.forecast({ until: '2027-01-01', limit: 3 })
    expect(runs.map(({ at }) => at.hour)).toEqual([6, 7, 8])
    expect(isComplete).toBe(false)
    expect(until.toMillis()).toBe(runs.at(-1)!.at.toMillis())
    await end()
  })

  test('of a stopped session it tells what a start would do: start-up tasks, and the end by its shut condition', async () => {
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

  test('of a held session it tells what would run if it were resumed, runs by hand included', async () => {
    const { clock, session, end } = await start((app) => void app.task('hour', hourly, () => {}))
    session.hold()
    await clock.advance('5 hours')
    const asked = session.task('hour').run()
    const { runs } = await session.forecast({ until: clock.now() + 3_600_000 })
    expect(runs.map(({ because, dueAt }) => [because, dueAt === null])).toEqual([
      ['it was asked for by hand', true],
      ['hourly', false],
    ])
    asked.terminate()
    await end()
  })

  test('bad options are refused with what is wrong', async () => {
    const { session, end } = await start(() => {})
    await expect(session.forecast({ until: '2026-05-01' })).rejects.toThrow(/later than now/)
    await expect(session.forecast({ limit: 0 })).rejects.toThrow(RangeError)
    await expect(session.forecast({ untill: 1 } as never)).rejects.toThrow(/Did you mean 'until'/)
    await end()
  })
})
