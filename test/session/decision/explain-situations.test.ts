/**
 * Situations in which a task does not run: removing the first blocker of `explain()` launches it, the next run is at the
 * instant that `explain()` gives, and the sentence needs no knowledge of the code.
 */
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  type App,
  afterSuccess,
  all,
  any,
  atMostRuns,
  createMemoryStore,
  cron,
  daily,
  every,
  hourly,
  not,
  onEach,
  paramExists,
  paramIs,
  retry,
  running,
  type SessionOptions,
  type TaskExplanation,
  timeOfDay,
} from 'gantry'
import { BehaviorSubject, Subject } from 'rxjs'
import { durableStore } from '../../support/durable-store.ts'
import { type Desk, gate, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

interface Situation {
  readonly options?: SessionOptions
  /** Adds task 't' and its blockers. */
  readonly fill: (app: App, desk: Desk) => void
  /** Runs before `explain()`, after the start of the session unless {@link isStopped}. */
  readonly then?: (desk: Desk) => unknown
  readonly isStopped?: boolean
  /** Kind of the first blocker. */
  readonly first: TaskExplanation['blockers'][number]['kind']
  readonly says: string
  /** Removes the first blocker, so that a run starts. */
  readonly lift?: (desk: Desk) => unknown
  /** Instant given by `explain()`, as `HH:mm` or with a date: a run starts then, and not before. */
  readonly at?: string
}

const work = (): void => {}
const fail = (message: string) => (): never => {
  throw new Error(message)
}
const open = new Map<Desk, (() => void)[]>()
/** Work that runs until the test ends it. */
const until = (desk: Desk) => (): Promise<void> => {
  const { promise, open: end } = gate()
  open.set(desk, [...(open.get(desk) ?? []), end])
  return promise
}
const endAll = (desk: Desk): void => {
  for (const end of open.get(desk)?.splice(0) ?? []) end()
}

const situations: Readonly<Record<string, Situation>> = {
  'a disabled task': {
    fill: (app) => app.task('t', true, { disabled: true }, work),
    first: 'disabled',
    says: 'the task is disabled: enable() lets its condition launch it',
    lift: ({ session }) => session.task('t').enable(),
  },
  'a disabled task whose window has not begun: once enabled, it runs when the window begins': {
    fill: (app) => app.task('t', daily.at('14:00'), { disabled: true }, work),
    first: 'disabled',
    says: "the task is disabled: enable() lets its condition launch it; the time is outside 'time of day at 14:00', which begins at 14:00",
    lift: async ({ session, clock }) => {
      session.task('t').enable()
      await clock.advance('2 hours')
    },
  },
  'a held session': {
    fill: (app) => app.task('t', daily, work),
    then: ({ session, clock }) => {
      session.hold()
      return clock.advance('1 day')
    },
    first: 'held',
    says: 'the session is held: resume() lets tasks launch',
    lift: ({ session }) => session.resume(),
  },
  'a pool that is full': {
    options: { pools: { db: 1 } },
    fill: (app, desk) => {
      app.task('import', true, { pool: 'db', priority: 1 }, until(desk))
      app.task('t', daily, { pool: 'db' }, work)
    },
    first: 'slot',
    says: "the one slot of pool 'db' is in use by 'import': it waits for one of them to end",
    lift: endAll,
  },
  'a pool whose rate is used up': {
    options: { pools: { api: { rate: { starts: 1, per: '10 minutes' } } } },
    fill: (app) => {
      app.task('import', daily, { pool: 'api', priority: 1 }, work)
      app.task('t', daily, { pool: 'api' }, work)
    },
    first: 'slot',
    says: "pool 'api' has used its one start per 10 minutes: the next start is allowed at 12:10",
    at: '12:10',
  },
  'a task that is already running': {
    fill: (app, desk) => app.task('t', true, until(desk)),
    then: ({ clock }) => clock.advance('5 minutes'),
    first: 'running',
    says: "task 't' is running since 12:00 (for 5 minutes)",
    lift: async (desk) => {
      endAll(desk)
      await desk.clock.advance('1 second')
    },
  },
  'a relaunch delay': {
    options: { relaunchDelay: '1 hour' },
    fill: (app) => app.task('t', true, work),
    then: ({ clock }) => clock.advance('15 minutes'),
    first: 'relaunch',
    says: 'the condition still holds after the last run, and the relaunch delay is not over: 45 minutes left; the next run is at 13:00',
    at: '13:00',
  },
  'a retry that backs off': {
    fill: (app) => app.task('t', any(daily, retry(2, { delay: '20 minutes' })), fail('no network')),
    first: 'condition',
    says: "task 't' failed; retry 1 of 2 is due at 12:20, in 20 minutes; task 't' has already finished at 12:00, which counts until 2026-11-25 00:00; the next run is at 12:20",
    at: '12:20',
  },
  'retries that are used up': {
    fill: (app) => app.task('t', any(daily.at('12:00'), retry(1)), fail('no network')),
    then: ({ clock }) => clock.advance('1 second'),
    first: 'condition',
    says: "task 't' has already finished at 12:00, which counts until 13:00; task 't' failed 2 times in a row; the one retry is used up; the next run is at 2026-11-25 12:00",
    at: '2026-11-25 12:00',
  },
  'a predecessor that does not exist': {
    fill: (app) => {
      app.task('fetch prices', false, work)
      app.task('t', "after task 'fetch price' succeeded", work)
    },
    first: 'condition',
    says: "there is no task 'fetch price' in the session; near: 'fetch prices'",
    lift: ({ session }) => {
      session.createTask('fetch price', false, work)
      return session.task('fetch price').run()
    },
  },
  'a predecessor that failed': {
    fill: (app) => {
      app.task('fetch', false, fail('the command exited with 2'))
      app.task('t', afterSuccess('fetch'), work)
    },
    then: async ({ session, clock }) => {
      await clock.advance('2 minutes')
      await session.task('fetch').run()
      await clock.advance('8 minutes')
    },
    first: 'condition',
    says: "task 'fetch' failed at 12:02 (exit code 2); this waits for its success",
    lift: ({ session }) => {
      session.removeTask('fetch')
      session.createTask('fetch', false, work)
      return session.task('fetch').run()
    },
  },
  'a predecessor that is running': {
    fill: (app, desk) => {
      app.task('fetch', daily, until(desk))
      app.task('t', afterSuccess('fetch'), work)
    },
    first: 'condition',
    says: "task 'fetch' is running since 12:00; this waits for its success",
    lift: endAll,
  },
  'a predecessor that never ran': {
    fill: (app) => {
      app.task('fetch', false, work)
      app.task('t', afterSuccess('fetch'), work)
    },
    first: 'condition',
    says: "task 'fetch' has never run; this waits for its success",
    lift: ({ session }) => session.task('fetch').run(),
  },
  'a predecessor that has not succeeded since': {
    fill: (app) => {
      app.task('fetch', daily, work)
      app.task('t', afterSuccess('fetch'), work)
    },
    then: ({ clock }) => clock.advance('1 hour'),
    first: 'condition',
    says: "task 'fetch' succeeded at 12:00, but this task has started since, at 12:00; this waits for its next success",
    lift: ({ session }) => session.task('fetch').run(),
  },
  'a param that is not set': {
    fill: (app) => app.task('t', paramExists('stage'), work),
    first: 'condition',
    says: "param 'stage' is not set",
    lift: ({ session }) => session.params.set('stage', 'prod'),
  },
  'a param with another value': {
    options: { params: { stage: 'dev' } },
    fill: (app) => app.task('t', paramIs('stage', 'prod'), work),
    first: 'condition',
    says: "param 'stage' has a value other than the required one",
    lift: ({ session }) => session.params.set('stage', 'prod'),
  },
  'a stream without a value': {
    fill: (app) => {
      const online$ = new Subject<boolean>()
      streams.set(app, online$)
      app.task('t', online$, work)
    },
    first: 'condition',
    says: "stream 'stream' has not emitted a value yet",
    lift: ({ app }) => streams.get(app)!.next(true),
  },
  'a stream whose value is false': {
    fill: (app) => {
      const online$ = new BehaviorSubject(false)
      streams.set(app, online$)
      app.task('t', online$, work)
    },
    first: 'condition',
    says: "the last value of stream 'stream' is false",
    lift: ({ app }) => streams.get(app)!.next(true),
  },
  'a stream of events without an event': {
    fill: (app) => {
      const orders$ = new Subject<boolean>()
      streams.set(app, orders$)
      app.task('t', onEach(orders$), work)
    },
    first: 'condition',
    says: "stream 'on each value' has emitted no value that waits for a run",
    lift: ({ app }) => streams.get(app)!.next(true),
  },
  'a function that returns false': {
    fill: (app) => {
      const shop = { isOpen: false }
      shops.set(app, shop)
      app.task(
        't',
        app.condition('the shop is open', () => shop.isOpen),
        work,
      )
    },
    first: 'condition',
    says: "condition 'the shop is open' returned false",
    lift: async ({ app, clock }) => {
      shops.get(app)!.isOpen = true
      await clock.advance('1 second')
    },
  },
  'a function that throws': {
    fill: (app) => {
      const shop = { isOpen: false }
      shops.set(app, shop)
      const isOpen = app.condition('the shop is open', () => {
        if (!shop.isOpen) throw new Error('no network')
        return true
      })
      app.task('t', isOpen, work)
    },
    first: 'condition',
    says: "condition 'the shop is open' failed: no network; it counts as false",
    lift: async ({ app, clock }) => {
      shops.get(app)!.isOpen = true
      await clock.advance('1 minute')
    },
  },
  'a function that has not answered': {
    fill: (app) => {
      const answer = gate<boolean>()
      answers.set(app, answer.open)
      app.task(
        't',
        app.condition('the shop is open', () => answer.promise),
        work,
      )
    },
    first: 'condition',
    says: "condition 'the shop is open' has not answered yet",
    lift: async ({ app, clock }) => {
      answers.get(app)!(true)
      await clock.advance('2 seconds')
    },
  },
  'a window that has not begun': {
    fill: (app) => app.task('t', daily.between('22:00', '23:00'), work),
    first: 'condition',
    says: "the time is outside 'time of day between 22:00 and 23:00', which begins at 22:00",
    at: '22:00',
  },
  'a window that passed today': {
    fill: (app) => {
      app.task('t', daily.between('13:00', '14:00').and(not(paramExists('paused'))), work)
      app.param('paused', true)
    },
    then: async ({ session, clock }) => {
      await clock.advance('3 hours')
      session.params.unset('paused')
    },
    first: 'condition',
    says: "the time is outside 'time of day between 13:00 and 14:00', which begins at 2026-11-25 13:00; 13:00 to 14:00 passed without a run; the next run is at 2026-11-25 13:00",
    at: '2026-11-25 13:00',
  },
  'a time between two cron times': {
    fill: (app) => app.task('t', cron('30 */2 * * *'), work),
    first: 'condition',
    says: "the time is outside 'cron 30 */2 * * *', which is next at 12:30",
    at: '12:30',
  },
  'a cron time whose grace is over': {
    fill: (app) =>
      app.task('t', cron('0 * * * *', { grace: '10 minutes' }).and(not(paramExists('paused'))), work),
    then: async ({ session, clock }) => {
      session.params.set('paused', true)
      await clock.advance('75 minutes')
      session.params.unset('paused')
    },
    first: 'condition',
    says: "the time is outside 'cron 0 * * * * with grace 10 minutes', which is next at 14:00; the time at 13:00 passed without a run; the next run is at 14:00",
    at: '14:00',
  },
  'an interval that is not over, outside its hours': {
    fill: (app) => app.task('t', all(every('10 minutes'), timeOfDay.between('12:00', '12:05')), work),
    then: ({ clock }) => clock.advance('7 minutes'),
    first: 'condition',
    says: "the time is outside 'time of day between 12:00 and 12:05', which begins at 2026-11-25 12:00; task 't' last started at 12:00, less than 10 minutes ago; that is over at 12:10",
    at: '2026-11-25 12:00',
  },
  'a condition that can never hold': {
    fill: (app) => app.task('t', daily.before('08:00').and(daily.after('20:00')), work),
    first: 'never-holds',
    says: "it can never start by its condition: the times of 'daily before 08:00' and 'daily after 20:00' do not meet within five years",
    lift: ({ session }) => session.task('t').update({ start: true }),
  },
  'a task that starts only manually': {
    fill: (app) => app.task('t', false, work),
    first: 'condition',
    says: 'this never holds: the task starts only manually, with run()',
    lift: ({ session }) => session.task('t').run(),
  },
  'a limit of runs that has been reached': {
    fill: (app) => app.task('t', hourly.and(atMostRuns(1)), work),
    then: ({ clock }) => clock.advance('2 hours'),
    first: 'condition',
    says: "task 't' has started once, last at 12:00, and may start once at most",
    lift: ({ session }) => session.task('t').update({ start: hourly.and(atMostRuns(2)) }),
  },
  'a task that was not chosen': {
    isStopped: true,
    fill: (app, desk) => {
      app.task('only', false, until(desk))
      app.task('t', true, work)
    },
    then: async ({ session, clock }) => {
      void session.run('only')
      await clock.settled()
    },
    first: 'not chosen',
    says: "the task is not chosen: session.run() started the session for 'only' alone",
    lift: async (desk) => {
      endAll(desk)
      await desk.clock.settled()
      await desk.session.stopped
      await desk.app.start()
    },
  },
  'a start-up task': {
    fill: (app) => app.task('t', false, { onStartup: true }, work),
    first: 'startup',
    says: 'the task runs only when the session starts (onStartup), or manually; this never holds: the task starts only manually, with run()',
    lift: ({ session, clock }) => {
      session.restart()
      return clock.settled()
    },
  },
  'a shut-down task': {
    fill: (app) => app.task('t', true, { onShutdown: true }, work),
    first: 'shutdown',
    says: 'the task runs only when the session shuts down (onShutdown), or manually',
    lift: ({ session }) => session.shutDown(),
  },
  'a session that was not started': {
    isStopped: true,
    fill: (app) => app.task('t', true, work),
    first: 'stopped',
    says: 'the session is stopped: start() lets tasks launch',
    lift: ({ app }) => app.start(),
  },
  'a session that is starting': {
    isStopped: true,
    fill: (app, desk) => {
      app.task('setup', false, { onStartup: true, execution: 'main' }, until(desk))
      app.task('t', true, work)
    },
    then: async ({ app, clock }) => {
      void app.start()
      await clock.settled()
    },
    first: 'starting',
    says: 'the session is starting: tasks launch once it runs',
    lift: endAll,
  },
  'a session that is stopping': {
    fill: (app, desk) => {
      app.task('long', daily, { timeout: 'never' }, until(desk))
      app.task('t', daily, work)
    },
    then: async ({ session, clock }) => {
      await clock.settled()
      session.shutDown()
      await clock.advance('1 day')
    },
    first: 'stopping',
    says: 'the session is stopping: nothing launches until it is started again',
    lift: async (desk) => {
      endAll(desk)
      await desk.session.stopped
      await desk.app.start()
    },
  },
  'main work that is running': {
    fill: (app, desk) => {
      app.task('backup', daily, { execution: 'main', priority: 1 }, until(desk))
      app.task('t', daily, work)
    },
    first: 'main',
    says: "main work is running ('backup'): nothing else launches until it ends",
    lift: endAll,
  },
  'a concurrency limit that has been reached': {
    fill: (app, desk) => app.task('t', true, { multilaunch: 2 }, until(desk)),
    then: ({ clock }) => clock.advance('1 second'),
    first: 'running',
    says: "2 runs of task 't' are live, and 2 is the limit (concurrency)",
    lift: async (desk) => {
      endAll(desk)
      await desk.clock.advance('1 second')
    },
  },
  'a manual run that waits for main work': {
    fill: (app, desk) => {
      app.task('backup', daily, { execution: 'main', priority: 1 }, until(desk))
      app.task('t', daily.at('20:00'), { disabled: true }, work)
    },
    then: ({ session }) => void session.task('t').run(),
    first: 'main',
    says: "a run of task 't' waits in its queue: main work is running ('backup'): nothing else launches until it ends",
    lift: endAll,
  },
  'a full pool whose place a task of higher priority took': {
    options: { pools: { db: 1 } },
    fill: (app, desk) => {
      app.task('t', daily.at('13:00'), { pool: 'db', priority: 1 }, work)
      app.task('urgent', daily.at('13:00'), { pool: 'db', priority: 2 }, until(desk))
    },
    then: ({ clock }) => clock.advance('61 minutes'),
    first: 'slot',
    says: "the one slot of pool 'db' is in use by 'urgent': it waits for one of them to end",
    lift: endAll,
  },
  'another task that must not be running': {
    fill: (app, desk) => {
      app.task('import', daily, until(desk))
      app.task('t', every('1 hour').and(not(running('import'))), { priority: -1 }, work)
    },
    then: ({ clock }) => clock.advance('5 minutes'),
    first: 'condition',
    says: "task 'import' is running: 1 run, for 5 minutes",
    lift: endAll,
  },
  'a predecessor that never ran, and a window that has not begun': {
    fill: (app) => {
      app.task('fetch', false, work)
      app.task('t', daily.between('22:00', '23:00').and(afterSuccess('fetch')), work)
    },
    first: 'condition',
    says: "task 'fetch' has never run; this waits for its success; the time is outside 'time of day between 22:00 and 23:00', which begins at 22:00",
    lift: async ({ session, clock }) => {
      await session.task('fetch').run()
      await clock.advance('10 hours')
    },
  },
}

const streams = new Map<App, Subject<boolean>>()
const shops = new Map<App, { isOpen: boolean }>()
const answers = new Map<App, (value: boolean) => void>()

describe('explain() names the blocker whose removal launches the task', () => {
  test.each(Object.entries(situations))(
    '%s',
    async (_, { options, fill, then, isStopped, first, says, ...ways }) => {
      const desk = setUp(options)
      const { app, session, clock, news } = desk
      fill(app, desk)
      const starts = (): number =>
        news.filter((each) => each.type === 'run.started' && each.task === 't').length
      if (isStopped !== true) {
        await app.start()
        await clock.settled()
      }
      await then?.(desk)
      await clock.settled()
      const task = session.task('t')
      const why = task.explain()
      expect(why.sentence).toBe(says)
      expect([why.isDue, task.isDue, why.blockers[0]?.kind]).toEqual([false, false, first])
      expect(String(why).split('\n')[0]).toBe(`t: ${says}`)
      if (session.state !== 'stopped') expect(why.nextAt).toBe(task.nextRuns(1)[0]?.toMillis() ?? null)
      const before = starts()
      if (ways.at !== undefined) {
        const at = Date.parse(`${ways.at.length === 5 ? `2026-11-24 ${ways.at}` : ways.at}Z`)
        expect(new Date(why.nextAt ?? 0).toISOString()).toBe(new Date(at).toISOString())
        await clock.advance(at - clock.now() - 1)
        expect(starts()).toBe(before)
        await clock.advance(1)
      } else {
        await ways.lift!(desk)
        await clock.settled()
      }
      expect(starts()).toBeGreaterThan(before)
      endAll(desk)
      await clock.settled()
    },
  )
})

test('explain() names a start that waits for the run log, and the run starts once it is recorded', async () => {
  const inner = createMemoryStore({ retention: {} })
  const written = gate()
  const store = durableStore(inner, async (entries) => {
    await written.promise
    inner.append(entries)
  })
  const { app, session } = setUp({ store })
  app.task('t', daily, work)
  void app.start()
  for (let turn = 0; turn < 1000 && session.task('t').runs.length === 0; turn++)
    await new Promise((resolve) => setImmediate(resolve))
  const { sentence, blockers } = session.task('t').explain()
  const started = new Promise((resolve) => session.on('run.started', resolve))
  written.open()
  expect(sentence).toBe(
    "a run of task 't' was launched at 12:00 and waits for the run log to record its start; the next run is at 2026-11-25 00:00",
  )
  expect(blockers.map(({ kind }) => kind)).toEqual(['running', 'relaunch'])
  expect(await started).toMatchObject({ task: 't' })
})
