/** The time of the first run after a first start, as in the guide. */
import { afterEach, expect, test } from '@jest/globals'
import { type Condition, cron, daily, every, hourly, schedulerRunning } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Hours from noon to the start of the session, at 12:10. */
const now = 1 / 6

test.each<readonly [string, Condition, number]>([
  ['daily', daily, now],
  ['hourly', hourly, now],
  ['daily.after, after its time of day', daily.after('07:00'), now],
  ['daily.after, before its time of day', daily.after('13:00'), 1],
  ['every', every('1 hour'), now],
  ['cron', cron('0 7 * * *'), 19],
  ['cron, every hour', cron('0 * * * *'), 1],
  ['daily.at', daily.at('07:00'), 19],
  [
    'every, after the session has run for an hour',
    every('1 hour').and(schedulerRunning({ moreThan: '1 hour' })),
    1 + now,
  ],
])('first run with %s', async (_, start, hours) => {
  const { app, clock, news } = setUp()
  await clock.advance('10 minutes')
  app.task('a', start, () => {})
  await app.start()
  await clock.advance('24 hours')
  const [first] = news.filter(({ type }) => type === 'run.started')
  expect((first!.at - Date.UTC(2026, 10, 24, 12)) / 3_600_000).toBeCloseTo(hours, 9)
})
