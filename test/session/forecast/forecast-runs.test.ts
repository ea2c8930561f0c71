/** `session.forecast()` compared with the runs that follow. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type App,
  afterSuccess,
  any,
  createApp,
  cron,
  daily,
  every,
  hourly,
  paramIs,
  retry,
  running,
  type SessionOptions,
  schedulerRunning,
  toDurationMs,
  weekly,
} from 'gantry'
import { TestClock } from 'gantry/testing'
import { startOf } from '../../support/made-up-starts.ts'
import { checkProperty } from '../../support/property.ts'
import { silent } from '../../support/silent.ts'

const zone = 'Europe/Berlin'

interface Foretold {
  readonly zone?: string
  readonly at: string
  /** Time from the start of the session to the forecast; 0 by default. */
  readonly after?: string
  readonly for: string
  readonly options?: SessionOptions
  readonly tasks: (app: App, clock: TestClock) => void
}

/** Returns the predicted and the actual runs, as `task time`, in order. */
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
    'a chain of tasks that take time',
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
    'intervals between starts, and between an end and the next start',
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
    'cron and daily over a weekend with a skipped hour',
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
    'cron and daily over a weekend with a repeated hour',
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
    'synchronous main work that is due at one instant, and its dependents',
    {
      at: '2026-06-01T05:10',
      after: '1 day',
      for: '2 days',
      tasks: (app) => {
        const first = app.task('first', daily.at('07:00'), { execution: 'main', priority: 2 }, () => {})
        app.task('low', daily.at('07:00'), { execution: 'main' }, () => {})
        app.task('next', afterSuccess(first), { execution: 'main', priority: 1 }, () => {})
      },
    },
    6,
  ],
  [
    'asynchronous main work that is due at one instant, and its dependents',
    {
      at: '2026-06-01T05:10',
      after: '1 day',
      for: '2 days',
      tasks: (app) => {
        const first = app.task('first', daily.at('07:00'), { execution: 'main', priority: 2 }, async () => {})
        app.task('low', daily.at('07:00'), { execution: 'main' }, async () => {})
        app.task('next', afterSuccess(first), { execution: 'main', priority: 1 }, async () => {})
      },
    },
    6,
  ],
  [
    'two manual runs of main work, with other main work between them',
    {
      at: '2026-06-01T05:10',
      after: '49 hours',
      for: '1 hour',
      tasks: (app, clock) => {
        const work = () => clock.sleep(600_000)
        const twice = app.task('twice', false, { execution: 'main', multilaunch: 2 }, work)
        const other = app.task('other', false, { execution: 'main' }, work)
        clock.callAfter(24 * 60 * 60_000, () => void [twice, other].map((task) => task.run()))
        clock.callAfter(49 * 60 * 60_000 - 1, () => void [twice, twice, other].map((task) => task.run()))
      },
    },
    2,
  ],
  [
    'main work that is due again while others wait for a pool with limit 1',
    {
      at: '2026-10-22T05:10',
      after: '4 hours',
      for: '36 hours',
      options: { pools: { db: 1 } },
      tasks: (app, clock) => {
        const options = { pool: 'db', multilaunch: 2, timeout: 'never' } as const
        const work = () => clock.sleep(120 * 60_000)
        const main = app.task('main', every('1 hour'), { ...options, execution: 'main' }, work)
        app.task('after', afterSuccess(main), options, work)
        app.task('day', daily.after('00:00'), options, () => {})
      },
    },
    18,
  ],
  [
    'two tasks that wait for a pool, and main work that is live when the pool has capacity',
    {
      at: '2026-06-01T05:10',
      after: '30 hours',
      for: '6 hours',
      options: { pools: { db: 1 } },
      tasks: (app, clock) => {
        const hours = (n: number) => () => clock.sleep(n * 60 * 60_000)
        const options = { pool: 'db', timeout: 'never' } as const
        app.task('holds', daily.after('10:00'), options, hours(1))
        // Starts waiting later than 'first', although it was created earlier.
        app.task('second', daily.after('10:20'), options, hours(1))
        app.task('first', daily.after('10:10'), options, hours(1))
        app.task('main', daily.after('10:30'), { execution: 'main', timeout: 'never' }, hours(2))
      },
    },
    2,
  ],
  [
    'a pool whose rate is used up at the time of the forecast',
    {
      at: '2026-06-01T11:59',
      after: '3 minutes',
      for: '2 days',
      options: { pools: { api: { rate: { starts: 2, per: '1 hour' } } } },
      tasks: (app) => {
        for (const name of ['d', 'e', 'f']) app.task(name, daily.after('12:00'), { pool: 'api' }, () => {})
      },
    },
    1 + 3 + 2,
  ],
  [
    'a pool with limit 1, and one with 2 starts per hour',
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
    'a retry that is due and succeeds',
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
    'a live run, and the task that waits for its end',
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
    // `meanwhile` runs until `long` ends at 10:00, then `next` runs once; the next morning has two more runs.
    8 + 1 + 2,
  ],
  [
    'a param, and the time since the start of the session',
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

describe('forecast() predicts the runs of', () => {
  test.each(cases)('%s', async (_, foretold, count) => {
    const { foretold: planned, ran } = await compare(foretold)
    expect(planned).toEqual(ran)
    expect(ran.length).toBe(count)
  })
})

/** A task of a random app. */
interface TaskSpec {
  readonly kind: number
  readonly minutes: number
  readonly priority: number
  readonly isMain: boolean
  readonly lastsMs: number
}

const specs: fc.Arbitrary<TaskSpec[]> = fc.array(
  fc.record({
    kind: fc.nat(7),
    minutes: fc.nat(1439),
    priority: fc.nat(2),
    isMain: fc.boolean(),
    lastsMs: fc.constantFrom(0, 0, 60_000, 777_000),
  }),
  { minLength: 1, maxLength: 6 },
)

test('forecast() predicts the runs of random apps', async () => {
  await checkProperty(
    fc.asyncProperty(
      specs,
      fc.constantFrom('2026-03-25T05:10', '2026-06-01T23:59:59', '2026-10-21T00:00'),
      fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'UTC'),
      async (given, at, zone) => {
        const { foretold, ran } = await compare({
          at,
          zone,
          // Each task has run by then, so its runtime is known.
          after: '3 days',
          for: '2 days',
          tasks: (app, clock) => {
            for (const [n, spec] of given.entries()) {
              const { priority, isMain, lastsMs } = spec
              const start =
                n === 0 && (spec.kind === 5 || spec.kind === 6) ? daily : startOf(spec, `t${n - 1}`)
              const work = lastsMs === 0 ? () => {} : () => clock.sleep(lastsMs)
              app.task(`t${n}`, start, { priority, execution: isMain ? 'main' : 'async' }, work)
            }
          },
        })
        expect(foretold).toEqual(ran)
      },
    ),
    { runs: 50 },
  )
})
