/** Scheduled times that pass without a start: noted with the reason, reported, and caught up according to the task. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  createApp,
  missed,
  type RunHandle,
  type Session,
  type SessionOptions,
  type Task,
  type TaskOptions,
} from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function setUp(at: string, options: SessionOptions = {}) {
  const clock = new TestClock({ at, zone: 'UTC' })
  return { clock, app: createApp({ clock, timezone: 'UTC', logger: silent, ...options }) }
}

async function stop(app: ReturnType<typeof createApp>) {
  app.session.shutDown({ force: true })
  await app.session.stopped
}

test('run.missed has the scheduled time and the reason: the session was held', async () => {
  const { clock, app } = setUp('2026-11-24T11:50')
  const task = app.task('report', 'daily at 12:00', () => {})
  const session = await app.start()
  const news: unknown[] = []
  session.on('run.missed', (each) => news.push(each))
  session.hold()
  await clock.advance('2 hours')
  const dueAt = Date.UTC(2026, 10, 24, 12)
  expect(news).toEqual([
    { type: 'run.missed', task: 'report', at: dueAt + 3_600_000, dueAt, reason: 'the session was held' },
  ])
  expect(await session.log.notes({ task: 'report', note: 'missed' })).toMatchObject([
    { message: 'the session was held', data: { start: dueAt, end: dueAt + 3_600_000 } },
  ])
  expect(missed(task).today.holds({ session })).toBe(true)
  await stop(app)
})

test('missed runs of a disabled task, and of one whose condition did not hold, are noted with that reason and not caught up', async () => {
  const { clock, app } = setUp('2026-11-24T11:50')
  let runs = 0
  app.task('off', 'daily at 12:00', { disabled: true, catchUp: 'all' }, () => void runs++)
  app.task('waits', "daily at 12:00 & after task 'source'", { catchUp: 'all' }, () => void runs++)
  app.task('source', false, () => {})
  const session = await app.start()
  await clock.advance('2 hours')
  const notes = await session.log.notes({ note: 'missed' })
  expect(notes.find(({ task }) => task === 'off')?.message).toBe('the task was disabled')
  expect(notes.find(({ task }) => task === 'waits')?.message).toMatch(/^its condition did not hold: .*source/)
  expect(runs).toBe(0)
  await stop(app)
})

test('a period with a manual run is not missed', async () => {
  const { clock, app } = setUp('2026-11-24T11:50')
  const task = app.task('report', "daily at 12:00 & param 'ready' exists", () => {})
  const session = await app.start()
  await clock.advance('20 minutes')
  await task.run()
  await clock.advance('2 hours')
  expect(await session.log.notes({ note: 'missed' })).toEqual([])
  await stop(app)
})

async function downForThreeDays(options: TaskOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-missed-'))
  folders.push(folder)
  const store = `jsonl:${join(folder, 'log.jsonl')}`
  const periods: string[] = []
  const life = async (at: string, hours: number) => {
    const { clock, app } = setUp(at, { store })
    app.task('report', 'daily at 10:00', options, (_, run) => {
      periods.push(`${run.trigger} ${run.period?.start.toISODate()}`)
    })
    const session = await app.start()
    await clock.advance({ hours })
    const notes = await session.log.notes({ note: 'missed' })
    await stop(app)
    return notes
  }
  await life('2026-11-20T09:00', 2)
  const after = await life('2026-11-24T08:00', 3)
  const again = await life('2026-11-24T12:00', 1)
  return { periods, after, again }
}

test.each<[TaskOptions, string[]]>([
  [{}, []],
  [{ catchUp: 'none' }, []],
  [{ catchUp: 'latest' }, ['catch-up 2026-11-23']],
  [{ catchUp: 'all' }, ['catch-up 2026-11-21', 'catch-up 2026-11-22', 'catch-up 2026-11-23']],
  [{ catchUp: 'all', grace: '36 hours' }, ['catch-up 2026-11-23']],
])(
  'after three days of downtime, a task with %j catches up once, and also runs today',
  async (options, caughtUp) => {
    const { periods, after, again } = await downForThreeDays(options)
    expect(periods).toEqual(['condition 2026-11-20', ...caughtUp, 'condition 2026-11-24'])
    expect(after).toHaveLength(3)
    expect(after.map(({ message }) => message?.split(';')[0])).toEqual(
      Array(3).fill('the session was not running'),
    )
    // The same three: a missed run is noted only once.
    expect(again).toHaveLength(3)
  },
)

test('a scheduled time during which the machine slept is noted with that reason, and caught up', async () => {
  const { clock, app } = setUp('2026-11-24T09:00')
  const periods: string[] = []
  app.task('report', 'daily at 10:00', { catchUp: 'latest' }, (_, run) => {
    periods.push(`${run.trigger} ${run.period?.start.toISO()}`)
  })
  const session = await app.start()
  await clock.jump('4 hours')
  await clock.settled()
  const [note] = await session.log.notes({ note: 'missed' })
  expect(note?.message).toMatch(
    /^the process slept or was blocked, or the clock was set ahead; it is caught up$/,
  )
  expect(periods).toEqual(['catch-up 2026-11-24T10:00:00.000Z'])
  await stop(app)
})

test('backfill() runs once for each period, and each run counts for its period only', async () => {
  const { clock, app } = setUp('2026-11-24T12:00')
  const periods: string[] = []
  const task = app.task('report', 'daily', (_, run) => {
    periods.push(`${run.trigger} ${run.period?.start.toISODate()}`)
  })
  const session = await app.start()
  session.hold()
  await clock.settled()
  const runs = task.backfill({ from: '2026-11-21', to: '2026-11-24' })
  session.resume()
  await clock.advance('1 minute')
  expect((await Promise.all(runs)).map(({ action }) => action)).toEqual(['success', 'success', 'success'])
  expect(periods).toEqual([
    'catch-up 2026-11-21',
    'catch-up 2026-11-22',
    'catch-up 2026-11-23',
    'condition 2026-11-24',
  ])
  await stop(app)
})

describe('backfill() within a step of the session', () => {
  /** Calls a function in a listener, where commands are deferred to the end of the step. */
  async function within(act: (task: Task, session: Session) => readonly RunHandle[]) {
    const { clock, app } = setUp('2026-11-24T12:00')
    const periods: string[] = []
    const task = app.task('report', 'hourly', { disabled: true }, (_, run) => {
      periods.push(String(run.period?.start.toFormat('dd HH')))
    })
    const session = await app.start()
    let handles: readonly RunHandle[] = []
    session.on('session.held', () => {
      handles = act(task, session)
    })
    session.hold()
    await clock.settled()
    session.resume()
    const results = Promise.allSettled(handles)
    await clock.advance('1 hour')
    await clock.settled()
    await stop(app)
    return { periods, results: await results }
  }

  test('runs for the periods of the call, also if the task was changed before', async () => {
    const { periods, results } = await within((task) => {
      task.update({ start: 'daily' })
      return task.backfill({ from: '2026-11-22T09:00', to: '2026-11-22T12:00' })
    })
    expect(periods).toEqual(['22 09', '22 10', '22 11'])
    expect(results.map((each) => each.status === 'fulfilled' && each.value.action)).toEqual([
      'success',
      'success',
      'success',
    ])
  })

  test('rejects its handles if the task was removed before', async () => {
    const { periods, results } = await within((task, session) => {
      void session.removeTask(task)
      return task.backfill({ from: '2026-11-22T09:00', to: '2026-11-22T11:00' })
    })
    expect([periods, results.map(({ status }) => status)]).toEqual([[], ['rejected', 'rejected']])
  })
})

test('backfill() refuses a start without periods, and a range that ends before it begins', async () => {
  const { app } = setUp('2026-11-24T12:00')
  const often = app.task('often', 'every 10 minutes', () => {})
  expect(() => often.backfill({ from: '2026-11-21', to: '2026-11-24' })).toThrow(
    "Cannot backfill task 'often' as its start must have a cycle or a cron: 'every 10 minutes'",
  )
  const task = app.task('report', 'daily', () => {})
  expect(() => task.backfill({ from: '2026-11-24', to: '2026-11-21' })).toThrow(RangeError)
})
