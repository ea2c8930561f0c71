/** Explanations of situations in which a task does not run: the sentence names the actual blocker. */
import { expect, test } from '@jest/globals'
import { type App, any, createApp, every, retry, type SessionOptions } from 'gantry'
import { createHttp } from 'gantry/http'
import { history, TestClock } from 'gantry/testing'
import { tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

interface Situation {
  readonly name: string
  readonly options?: SessionOptions
  readonly fill: (app: App) => void
  /** Prepares the situation. */
  readonly then?: (app: App, clock: TestClock) => unknown
  readonly isStopped?: boolean
  /** Text that the sentence must contain. */
  readonly says: RegExp
  /** True if the task would run at once. Default: false. */
  readonly isDue?: boolean
}

const never = (): Promise<never> => new Promise(() => {})
const work = (): void => {}

const situations: readonly Situation[] = [
  {
    name: 'disabled',
    fill: (app) => void app.task('t', true, { disabled: true }, work),
    says: /the task is disabled/,
  },
  {
    name: 'held',
    fill: (app) => void app.task('t', 'daily', work),
    then: (app) => app.session.hold(),
    says: /the session is held/,
  },
  {
    name: 'the session was never started',
    fill: (app) => void app.task('t', true, work),
    isStopped: true,
    says: /the session is stopped/,
  },
  {
    name: 'the session has stopped',
    fill: (app) => void app.task('t', 'hourly', work),
    then: (app) => {
      app.session.shutDown()
      return app.session.stopped
    },
    says: /the session is stopped/,
  },
  {
    name: 'the session is stopping',
    fill: (app) => {
      app.task('slow', false, never)
      app.task('t', 'hourly', work)
    },
    then: async (app, clock) => {
      app.session.task('slow').run()
      await clock.settled()
      app.session.shutDown()
    },
    says: /the session is stopping/,
  },
  {
    name: 'only by hand',
    fill: (app) => void app.task('t', false, work),
    says: /this never holds: the task starts only manually, with run\(\)/,
  },
  {
    name: 'it runs already',
    fill: (app) => void app.task('t', true, never),
    says: /^task 't' is running since 12:00$/,
  },
  {
    name: 'a dependency never ran',
    fill: (app) => {
      app.task('fetch', false, work)
      app.task('t', "after task 'fetch' succeeded", work)
    },
    says: /^task 'fetch' has never run; this waits for its success$/,
  },
  {
    name: 'a dependency failed',
    fill: (app) => {
      app.task('fetch', false, () => Promise.reject(new Error('no')))
      app.task('t', "after task 'fetch' succeeded", work)
    },
    then: (app) => app.session.task('fetch').run(),
    says: /^task 'fetch' failed at 12:00 \(no\); this waits for its success$/,
  },
  {
    name: 'a dependency is stale: this task has started since',
    fill: (app) => {
      app.task('fetch', false, work)
      app.task('t', "after task 'fetch' succeeded", work)
    },
    then: (app) => app.session.task('fetch').run(),
    says: /task 'fetch' succeeded at .*, but this task has started since/,
  },
  {
    name: 'a dependency of an unknown name',
    fill: (app) => {
      app.task('fetch prices', false, work)
      app.task('t', "after task 'fetch price' succeeded", work)
    },
    says: /there is no task 'fetch price' in the session; near: 'fetch prices'/,
  },
  {
    name: 'outside its window',
    fill: (app) => void app.task('t', 'daily between 22:00 and 23:00', work),
    says: /the time is outside 'time of day between 22:00 and 23:00', which begins at 22:00$/,
  },
  {
    name: 'it has run in this period',
    fill: (app) => void app.task('t', 'daily', work),
    says: /task 't' has already finished/,
  },
  {
    name: 'the interval is not over',
    fill: (app) => void app.task('t', 'every 10 minutes', work),
    says: /task 't' last started at 12:00, less than 10 minutes ago; that is over at 12:10$/,
  },
  {
    name: 'backing off after a failure',
    fill: (app) => {
      const start = any(every('1 day'), retry(3, { delay: '1 minute' }))
      app.task('t', start, () => Promise.reject(new Error('no')))
    },
    says: /^task 't' failed; retry 1 of 3 is due at 12:01, in 1 minute/,
  },
  {
    name: 'a param is missing',
    fill: (app) => void app.task('t', "param 'stage' exists", work),
    says: /param 'stage' is not set/,
  },
  {
    name: 'a function says no',
    fill: (app) => {
      const open = app.condition('the shop is open', () => false)
      app.task('t', open, work)
    },
    says: /condition 'the shop is open' returned false/,
  },
  {
    name: 'a function fails',
    fill: (app) => {
      const open = app.condition('the shop is open', () => {
        throw new Error('no network')
      })
      app.task('t', open, work)
    },
    says: /condition 'the shop is open' failed: no network/,
  },
  {
    name: 'another task runs',
    fill: (app) => {
      app.task('import', true, never)
      app.task('t', "~task 'import' is running", { disabled: true }, work)
    },
    then: async (app, clock) => {
      await clock.settled()
      app.session.task('t').enable()
    },
    says: /task 'import' is running/,
  },
  {
    name: 'main work runs',
    options: { execution: 'main' },
    fill: (app) => {
      app.task('long', true, { priority: 1 }, never)
      app.task('t', true, work)
    },
    says: /main work is running \('long'\)/,
  },
  {
    name: 'it has just run, and still holds',
    options: { relaunchDelay: '1 hour' },
    fill: (app) => void app.task('t', true, work),
    says: /the relaunch delay is not over/,
  },
  {
    name: 'a one-off that is over',
    fill: (app) => void app.task('t', 'once at 2020-01-01', work),
    says: /./,
  },
  {
    name: 'the clock was set back over its period',
    fill: (app) => void app.task('t', 'daily after 10:00', work),
    then: (_, clock) => clock.set(Date.UTC(2026, 5, 1, 11)),
    says: /task 't' has already finished/,
  },
  {
    name: 'it ran before this process, by the log',
    fill: (app) => {
      history(app.session, [{ task: 't', action: 'success', at: '2026-06-01T09:00' }])
      app.task('t', 'daily', work)
    },
    says: /task 't' has already finished/,
  },
  {
    name: 'two things at once',
    fill: (app) => {
      app.task('fetch', false, work)
      app.task('t', "daily between 22:00 and 23:00 & after task 'fetch' succeeded", work)
    },
    says: /^task 'fetch' has never run; .*the time is outside/,
  },
]

test.each(situations)(
  'explain() over HTTP names the blocker: $name',
  async ({ options, fill, then, isStopped, says, isDue }) => {
    const clock = new TestClock({ at: '2026-06-01T12:00', zone: 'UTC' })
    const app = createApp({ clock, timezone: 'UTC', logger: silent, ...options })
    fill(app)
    if (isStopped !== true) {
      await app.start()
      await clock.settled()
    }
    await then?.(app, clock)
    await clock.settled()
    const http = createHttp(app.session, { auth: tokens })
    const response = await http.fetch(
      new Request('http://localhost/api/v1/tasks/t/why', {
        headers: { authorization: `Bearer ${tokens.readToken}` },
      }),
    )
    const why = (await response.json()) as Record<'sentence' | 'text', string> & {
      isDue: boolean
      blockers: readonly { sentence: string }[]
      nextAt: number | null
      warnings: readonly string[]
    }
    expect(why.sentence).toMatch(says)
    expect(why.isDue).toBe(isDue ?? false)
    const explained = app.session.task('t').explain()
    expect(why.sentence).toBe(explained.sentence)
    expect(why.blockers).toEqual(explained.blockers)
    expect([why.nextAt, why.warnings]).toEqual([explained.nextAt, explained.warnings])
    expect(why.text).toContain(why.sentence)
    await http.close()
  },
)
