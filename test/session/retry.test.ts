/** `retry` in a running session. */
import { expect, test } from '@jest/globals'
import { createApp, daily, retry } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../support/silent.ts'

test("retry's when is told the error as data, and decides", async () => {
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
  expect(String(task.explain())).toContain('the failure is none to be retried')
  app.session.shutDown()
  await app.session.stopped
})
