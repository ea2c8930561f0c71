import { expect, test } from '@jest/globals'
import { afterSuccess, createApp, daily, returnOf } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

test('createApp() runs a pipeline whose return reaches the dependent, once a day', async () => {
  const clock = new TestClock({ at: '2026-11-24T06:00', zone: 'Europe/Helsinki' })
  const app = createApp({ clock, timezone: 'Europe/Helsinki', logger: silent })
  const seen: number[] = []
  const fetched = app.task('fetch', daily.after('07:00'), async () => 42)
  app.task('report', afterSuccess(fetched), { args: { n: returnOf(fetched) } }, ({ n }) => {
    seen.push(n)
  })
  await app.start()
  await clock.advance('30 minutes')
  expect(seen).toEqual([])
  await clock.advance('1 hour')
  expect(seen).toEqual([42])
  await clock.advance('1 day')
  expect(seen).toEqual([42, 42])
  expect(fetched.status).toBe('success')
  expect(fetched.state).toBe('idle')
  app.session.shutDown()
  await clock.settled()
  await app.session.stopped
  expect(app.session.state).toBe('stopped')
})
