/** `task.nextRuns(n)` compared with a running session: the predicted runs are the actual ones. */
import { describe, expect, test } from '@jest/globals'
import {
  afterSuccess,
  any,
  atMostRuns,
  cron,
  daily,
  every,
  hourly,
  monthly,
  once,
  parse,
  type Start,
  weekly,
} from 'gantry'
import { runTask, toLocal } from '../support/clock-changes/running.ts'

const zone = 'Europe/Berlin'

/** A condition, the start of the session, its age at the prediction, and the duration of the comparison. */
const cases: readonly [string, Start, string, string, string][] = [
  ['hourly', hourly, '2026-06-01T05:10', '3 hours', '1 day'],
  ['daily.at() where an hour is left out', daily.at('02:30'), '2026-03-27T12:00', '1 hour', '4 days'],
  ['daily.at() where an hour comes twice', daily.at('02:30'), '2026-10-23T12:00', '1 hour', '4 days'],
  ['daily.at() several times', daily.at('08:00', '12:00', '18:00'), '2026-06-01T05:10', '4 hours', '3 days'],
  ['cron where an hour is left out', cron('*/30 * * * *'), '2026-03-28T23:10', '20 minutes', '6 hours'],
  ['cron where an hour comes twice', cron('*/30 * * * *'), '2026-10-24T23:10', '20 minutes', '6 hours'],
  ['weekly on days', weekly.on('Mon', 'Wed', 'Fri'), '2026-06-01T05:10', '1 day', '21 days'],
  ['monthly on a day that some months lack', monthly.on('31st'), '2026-01-01T05:10', '1 day', '365 days'],
  ['every, in the middle of its wait', every('25 minutes'), '2026-06-01T05:10', '70 minutes', '5 hours'],
  [
    'every within a window',
    parse('every 10 minutes between 08:00 and 09:00'),
    '2026-06-01T05:10',
    '3 hours',
    '2 days',
  ],
  ['daily and every at once', daily.and(every('30 hours')), '2026-06-01T05:10', '3 hours', '9 days'],
  ['either of two', any(daily.at('07:00'), cron('0 12 * * *')), '2026-06-01T05:10', '3 hours', '4 days'],
  ['at most five runs', hourly.and(atMostRuns(5)), '2026-06-01T05:10', '2 hours', '1 day'],
  ['once', once('2026-06-03 18:00'), '2026-06-01T05:10', '1 hour', '5 days'],
]

describe('nextRuns()', () => {
  test.each(cases)('of %s predicts the runs', async (_, start, from, lived, followed) => {
    const { clock, session, starts, stop } = await runTask(zone, from, start)
    await clock.advance(lived)
    starts.length = 0
    const predicted = session.task('task').nextRuns(1000)
    const asked = clock.now()
    await clock.advance(followed)
    await stop()
    const until = clock.now()
    const local = (at: number): string => toLocal(at, zone)
    expect(
      predicted
        .map((at) => at.toMillis())
        .filter((at) => at > asked && at <= until)
        .map(local),
    ).toEqual(starts.map(local))
    expect(predicted.every((at) => at.zoneName === zone)).toBe(true)
  })

  test('of a task that waits for another is empty, and waitsFor() names the other task; of time and record together, both are reported', async () => {
    const { clock, session, stop } = await runTask(zone, '2026-06-01T05:10', daily.at('07:00'))
    const next = session.createTask('next', afterSuccess('task').and(daily.after('09:00')), () => {})
    expect(next.nextRuns(3)).toEqual([])
    expect(next.waitsFor().map(({ kind, name }) => [kind, name])).toEqual([['task', 'task']])
    await clock.advance('3 hours')
    expect(next.nextRuns(1).map((at) => at.toFormat('HH:mm'))).toEqual(['09:00'])
    expect(next.waitsFor()).toEqual([])
    await stop()
  })
})
