/** A wall clock that is set during a run: the run belongs to the period in which it started. */
import { describe, expect, test } from '@jest/globals'
import { createApp, daily, succeeded } from 'gantry'
import { TestClock } from 'gantry/testing'
import { toLocal } from '../support/clock-changes/running.ts'
import { silent } from '../support/silent.ts'

const zone = 'Europe/Berlin'
const hour = 3_600_000

/** A daily task of ten minutes that starts at 07:00 on 2 June, after a run on the day before. */
async function runningAtSeven() {
  const clock = new TestClock({ at: '2026-06-01T06:00', zone })
  const app = createApp({ clock, timezone: zone, logger: silent })
  const starts: string[] = []
  app.task('task', daily.after('07:00'), async () => {
    starts.push(toLocal(clock.now(), zone).slice(0, 16))
    await clock.sleep(600_000)
  })
  const session = await app.start()
  await clock.advance('25 hours 5 minutes')
  expect(starts).toEqual(['2026-06-01T07:00', '2026-06-02T07:00'])
  expect(session.task('task').isRunning).toBe(true)
  const stop = async (): Promise<void> => {
    session.shutDown({ force: true })
    await clock.advance('1 minute')
    await session.stopped
  }
  return { clock, session, starts, stop }
}

describe('a run that is live while the clock', () => {
  test('is set ahead by a day does not take the place of the next one', async () => {
    const { clock, starts, stop } = await runningAtSeven()
    await clock.set(clock.now() + 24 * hour)
    await clock.advance('1 hour')
    expect(starts.slice(2)).toEqual(['2026-06-03T07:10'])
    await clock.advance('1 day')
    expect(starts.slice(3)).toEqual(['2026-06-04T07:00'])
    await stop()
  })

  test('is set back by a day is not run again, for neither day', async () => {
    const { clock, starts, stop } = await runningAtSeven()
    await clock.set(clock.now() - 24 * hour)
    await clock.advance('47 hours')
    expect(starts.slice(2)).toEqual([])
    await clock.advance('1 day')
    expect(starts.slice(2)).toEqual(['2026-06-03T07:00'])
    await stop()
  })

  test('is set back by minutes keeps its day', async () => {
    const { clock, session, starts, stop } = await runningAtSeven()
    await clock.set(clock.now() - 2 * 60_000)
    await clock.advance('1 hour')
    expect(starts.length).toBe(2)
    expect(succeeded('task').today.holds({ session })).toBe(true)
    await stop()
  })

  test('is stopped, as the machine sleeps, has its real duration', async () => {
    const { clock, starts, stop } = await runningAtSeven()
    await clock.jump('24 hours')
    await clock.advance('1 hour')
    // The run ended on the next day by every clock, so that day has had its run, as with any long run.
    expect(starts.length).toBe(2)
    await stop()
  })
})
