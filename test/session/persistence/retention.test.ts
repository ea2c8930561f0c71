/** What the session has its log forget: by the session's limits, by those of tasks, and never what conditions need. */
import { expect, test } from '@jest/globals'
import { createApp, createMemoryStore } from 'gantry'
import { createSystemClock } from '../../../src/clock/clock.ts'
import { silent } from '../../support/silent.ts'

test('every ten minutes what is past retention is forgotten, a task with limits of its own by those', async () => {
  let shift = 0
  const clock = createSystemClock({
    wall: () => Date.now() + shift,
    awake: () => performance.now() + shift,
    boot: () => performance.now() + shift,
  })
  // It lasts, as far as the session knows: what is in memory is nobody's to forget but its own.
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
