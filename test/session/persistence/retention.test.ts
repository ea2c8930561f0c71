/** Retention of the run log, by the limits of the session and of tasks. */
import { expect, test } from '@jest/globals'
import { createApp, createMemoryStore } from 'gantry'
import { createSystemClock } from '../../../src/clock/system-clock.ts'
import { silent } from '../../support/silent.ts'

test('every ten minutes the session removes records beyond its retention, or beyond that of their task', async () => {
  let shift = 0
  const clock = createSystemClock({
    wall: () => Date.now() + shift,
    awake: () => performance.now() + shift,
    boot: () => performance.now() + shift,
  })
  // Marked as durable, since a memory store applies its own retention and the session does not.
  const store = Object.assign(createMemoryStore({ retention: {} }), { durable: true })
  const app = createApp({ clock, store, logger: silent, log: { retention: { maxRecords: 4 } } })
  const usual = app.task('usual', false, () => {})
  const long = app.task('long', false, { retention: { maxRecords: 10 } }, () => {})
  const session = await app.start()
  for (let n = 0; n < 8; n++) await Promise.all([usual.run(), long.run()])
  const counts = async () =>
    await Promise.all(['usual', 'long'].map(async (task) => (await session.log.query({ task })).length))
  expect(await counts()).toEqual([16, 16])
  shift += 11 * 60_000
  while ((await counts())[1] === 16) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await counts()).toEqual([4, 10])
  session.shutDown()
  await session.stopped
})
