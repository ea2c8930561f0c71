/** Conditions that need more records than are kept in memory by default. */
import { expect, test } from '@jest/globals'
import { createApp, finished } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

test('a condition that counts more than 500 records is exact', async () => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, multilaunch: true })
  const busy = app.task('busy', false, () => {})
  const many = finished(busy).atLeast(1200)
  app.task('after many', many, () => {})
  const session = await app.start()
  for (let n = 0; n < 12; n++) {
    await Promise.all(Array.from({ length: 100 }, () => busy.run()))
    if (n === 10) expect(many.holds({ session })).toBe(false)
  }
  expect(many.holds({ session })).toBe(true)
  session.shutDown()
  await session.stopped
})
