/**
 * A process that is stopped from 01:30 to 04:00 in the night of a clock change: missed periods, and the effect of each
 * policy.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createApp, type Run, type TaskOptions } from 'gantry'
import { TestClock } from 'gantry/testing'
import { DateTime } from 'luxon'
import { toLocal } from '../support/clock-changes/running.ts'
import { silent } from '../support/silent.ts'
import { filesRoot } from '../support/stores/store-laws.ts'

const zone = 'Europe/Berlin'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(filesRoot, 'gantry-night-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * A process with the log of the night, between two local times: its runs as `period @ start`, and the missed periods it
 * records.
 */
async function life(kind: string, from: string, until: string, start: string, options: TaskOptions) {
  const clock = new TestClock({ at: from, zone })
  const store = `${kind}:${join(folder, `log.${kind}`)}`
  const app = createApp({ clock, timezone: zone, logger: silent, store })
  const runs: string[] = []
  app.task('task', start, options, (_: unknown, run: Run) => {
    const period = run.period === null ? '' : toLocal(run.period.start.toMillis(), zone).slice(5)
    runs.push(`${run.trigger} ${period} @ ${toLocal(clock.now(), zone).slice(11)}`)
  })
  const session = await app.start()
  await clock.advance(DateTime.fromISO(until, { zone }).toMillis() - clock.now())
  // Earlier notes of the log are followed by this one.
  await session.log.note({ message: 'looked at' })
  const notes = await session.log.notes({ note: 'missed' })
  session.shutDown()
  await session.stopped
  const missed = notes.map(({ data }) => toLocal((data as { start: number }).start, zone).slice(5)).reverse()
  return { runs, missed }
}

interface Night {
  readonly date: string
  readonly start: string
  /** The beginnings of the periods that were missed. */
  readonly missed: readonly string[]
  /**
   * The period that is current at 04:00, for which the task runs under every policy; null if there is none, '' for no
   * period.
   */
  readonly now: string | null
}

const nights: readonly Night[] = [
  // 02:00 to 03:00 is skipped: its times occur at 03:00, and the process was stopped for an hour and a half.
  { date: '2026-03-29', start: 'daily at 02:30', missed: ['03-29T03:00+02:00'], now: null },
  { date: '2026-03-29', start: 'daily between 02:00 and 03:00', missed: ['03-29T03:00+02:00'], now: null },
  { date: '2026-03-29', start: 'daily', missed: [], now: null },
  { date: '2026-03-29', start: 'hourly', missed: ['03-29T03:00+02:00'], now: '03-29T04:00+02:00' },
  {
    date: '2026-03-29',
    start: "cron '*/30 * * * *'",
    missed: ['03-29T03:00+02:00', '03-29T03:30+02:00'],
    now: '03-29T04:00+02:00',
  },
  { date: '2026-03-29', start: 'every 30 minutes', missed: [], now: '' },
  // 02:00 to 03:00 is repeated: a time of day is its first reading; hours and half hours are all that pass in three and
  // a half.
  { date: '2026-10-25', start: 'daily at 02:30', missed: ['10-25T02:30+02:00'], now: null },
  { date: '2026-10-25', start: 'daily between 02:00 and 03:00', missed: ['10-25T02:00+02:00'], now: null },
  { date: '2026-10-25', start: 'daily', missed: [], now: null },
  {
    date: '2026-10-25',
    start: 'hourly',
    missed: ['10-25T02:00+02:00', '10-25T02:00+01:00', '10-25T03:00+01:00'],
    now: '10-25T04:00+01:00',
  },
  {
    date: '2026-10-25',
    start: "cron '*/30 * * * *'",
    missed: [
      '10-25T02:00+02:00',
      '10-25T02:30+02:00',
      '10-25T02:00+01:00',
      '10-25T02:30+01:00',
      '10-25T03:00+01:00',
      '10-25T03:30+01:00',
    ],
    now: '10-25T04:00+01:00',
  },
  { date: '2026-10-25', start: 'every 30 minutes', missed: [], now: '' },
]

/** The runs at 04:00: first the due one, then those caught up, oldest first. */
function expectedRuns({ date, missed, now }: Night, catchUp: NonNullable<TaskOptions['catchUp']>): string[] {
  const at = date === '2026-03-29' ? '04:00+02:00' : '04:00+01:00'
  const byCondition = now === null ? [] : [`condition ${now} @ ${at}`]
  const each = missed.map((period) => `catch-up ${period} @ ${at}`)
  const caughtUp = {
    none: [],
    // The run for the current period is the latest.
    latest: now === null ? each.slice(-1) : [],
    all: each,
  }
  return [...byCondition, ...caughtUp[catchUp]]
}

describe.each(['jsonl', 'sqlite'])('down from 01:30 to 04:00, over %s', (kind) => {
  describe.each(['none', 'latest', 'all'] as const)('catchUp %s', (catchUp) => {
    test.each(nights)('$date, $start', async (night) => {
      const { date, start, missed } = night
      const before = DateTime.fromISO(date).minus({ days: 1 }).toISODate()
      await life(kind, `${before}T00:00`, `${date}T01:30`, start, { catchUp })
      const after = await life(kind, `${date}T04:00`, `${date}T04:10`, start, { catchUp })
      expect(after).toEqual({ runs: expectedRuns(night, catchUp), missed })
      // A period that was handled once is neither reported nor caught up again.
      const again = await life(kind, `${date}T04:20`, `${date}T04:25`, start, { catchUp })
      expect(again).toEqual({ runs: [], missed })
    })
  })
})
