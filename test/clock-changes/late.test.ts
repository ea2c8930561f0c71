/** Late starts of runs: their due time and the report. */
import { describe, expect, test } from '@jest/globals'
import { createApp, daily, every, type Start } from 'gantry'
import { TestClock } from 'gantry/testing'
import { toLocal } from '../support/clock-changes/running.ts'
import { silent } from '../support/silent.ts'

const zone = 'Europe/Berlin'

async function start(starting: Start) {
  const clock = new TestClock({ at: '2026-06-01T05:00', zone })
  const app = createApp({ clock, timezone: zone, logger: silent })
  const due: string[] = []
  const late: number[] = []
  app.task('task', starting, (_, run) => void due.push(toLocal(run.dueAt!.toMillis(), zone).slice(0, 16)))
  const session = await app.start()
  session.on('run.late', ({ lateMs }) => void late.push(lateMs))
  await clock.settled()
  const stop = async (): Promise<void> => {
    session.shutDown()
    await session.stopped
  }
  return { clock, due, late, stop }
}

describe('run.dueAt and run.late', () => {
  test('a run that starts in time is due at its start and not late', async () => {
    const { clock, due, late, stop } = await start(daily.after('07:00'))
    await clock.advance('1 day')
    expect(due).toEqual(['2026-06-01T07:00'])
    expect(late).toEqual([])
    await stop()
  })

  test('after a sleep, or a loop that was blocked, a run is due when its condition began to hold, and late by the rest', async () => {
    const { clock, due, late, stop } = await start(daily.after('07:00'))
    await clock.jump('3 hours')
    expect(due).toEqual(['2026-06-01T07:00'])
    expect(late).toEqual([3_600_000])
    await stop()
  })

  test('after several days of sleep it is due for the day that it runs for', async () => {
    const { clock, due, late, stop } = await start(daily.after('07:00'))
    await clock.jump('75 hours')
    expect(due).toEqual(['2026-06-04T07:00'])
    expect(late).toEqual([3_600_000])
    await stop()
  })

  test('every is due one length after its last start, whenever it is evaluated', async () => {
    const { clock, due, late, stop } = await start(every('1 hour'))
    await clock.jump('100 minutes')
    await clock.advance('1 hour')
    expect(due).toEqual(['2026-06-01T05:00', '2026-06-01T06:00', '2026-06-01T07:40'])
    expect(late).toEqual([40 * 60_000])
    await stop()
  })

  test('a clock set back makes no run late, and a clock set ahead only the run that it skipped to', async () => {
    const { clock, due, late, stop } = await start(daily.after('07:00'))
    await clock.advance('3 hours')
    await clock.set('2026-05-31T12:00+02:00')
    await clock.set('2026-06-02T12:00+02:00')
    expect(due).toEqual(['2026-06-01T07:00', '2026-05-31T12:00', '2026-06-02T07:00'])
    expect(late).toEqual([5 * 3_600_000])
    await stop()
  })

  test('a task that is launched again and again is not late while its condition continues to hold', async () => {
    const { clock, due, late, stop } = await start(true)
    await clock.advance('10 seconds')
    expect(due.length).toBeGreaterThan(50)
    expect(late).toEqual([])
    await stop()
  })
})
