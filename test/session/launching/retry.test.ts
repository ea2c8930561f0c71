/** `retry` conditions in a running session. */
import { expect, test } from '@jest/globals'
import { type Condition, createApp, daily, failed, retry } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

test('the `when` function of retry receives the error as data and decides', async () => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent })
  const codes = ['ECONNRESET', 'ECONNRESET', 'EACCES', 'ECONNRESET']
  let runs = 0
  const task = app.task(
    'fetch',
    daily.or(retry(9, { delay: '1 minute', when: (error) => error?.code === 'ECONNRESET' })),
    () => {
      throw Object.assign(new Error('no'), { code: codes[runs++] })
    },
  )
  await app.start()
  await clock.advance('1 hour')
  expect(runs).toBe(3)
  expect(String(task.explain())).toContain('and that failure is not to be retried')
  app.session.shutDown()
  await app.session.stopped
})

test.each<[string, Condition, number[]]>([
  ['in a row, which no new day resets', daily.or(retry(2)), [3, 1, 1]],
  ['within each day', daily.or(retry().and(failed().today.atMost(2))), [3, 3, 3]],
])('retry counts failures %s', async (_, start, expected) => {
  const clock = new TestClock({ at: '2026-11-24T00:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent })
  const days: string[] = []
  app.task('upload', start, (_args, run) => {
    days.push(run.startedAt.toISODate()!)
    throw new Error('no answer')
  })
  await app.start()
  await clock.advance({ days: 3, minutes: -1 })
  expect(
    ['2026-11-24', '2026-11-25', '2026-11-26'].map((day) => days.filter((each) => each === day).length),
  ).toEqual(expected)
  app.session.shutDown()
  await app.session.stopped
})
