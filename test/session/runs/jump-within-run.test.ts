/** Moving a test clock from within a run. */
import { expect, test } from '@jest/globals'
import { createApp, started } from 'gantry'
import { TestClock } from 'gantry/testing'

test('TestClock.jump within a run resolves when what is due has been called, and the cycle goes on', async () => {
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
  // The timer belongs to the run's own time: it is called before the work goes on, and what it makes due waits for main work.
  expect(seen).toEqual(['timer', 'work', 'next'])
  expect(session.cycles - cycles).toBe(1)
  expect(started('next').exactly(2).holds({ session })).toBe(true)
  session.shutDown()
  await session.stopped
})
