/** A test clock that is moved within a run. */
import { expect, test } from '@jest/globals'
import { createApp, started } from 'gantry'
import { TestClock } from 'gantry/testing'

test('TestClock.jump() within a run resolves after all due timers, and the cycle continues', async () => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC' })
  const seen: string[] = []
  app.task('long', false, { execution: 'main' }, async () => {
    clock.callAfter(60_000, () => seen.push('timer'))
    await clock.jump('1 minute')
    seen.push('work')
  })
  app.task('next', 'every 1 minute', () => seen.push('next'))
  const session = await app.start()
  await clock.settled()
  seen.length = 0
  const { cycles } = session
  await session.task('long').run()
  await clock.settled()
  // The timer is called before the work continues; a task that becomes due waits for main work.
  expect(seen).toEqual(['timer', 'work', 'next'])
  expect(session.cycles - cycles).toBe(1)
  expect(started('next').exactly(2).holds({ session })).toBe(true)
  session.shutDown()
  await session.stopped
})
