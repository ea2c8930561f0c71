/** `nextRuns()`, `waitsFor()` and `forecast()` of tasks that no time launches. */
import { afterEach, expect, test } from '@jest/globals'
import { type App, any, atMostRuns, daily, hourly, retry, type TaskOptions } from 'gantry'
import { gate, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const hours = (app: App, n: number): string[] =>
  app.session
    .task('t')
    .nextRuns(n)
    .map((at) => at.toFormat('HH:mm'))

test.each<[string, TaskOptions]>([
  ['a disabled task', { disabled: true }],
  ['a start-up task', { onStartup: true }],
  ['a shut-down task', { onShutdown: true }],
])('%s has no next run, before and after the session starts', async (_, options) => {
  const { app } = setUp()
  app.task('t', hourly, options, () => {})
  expect(hours(app, 3)).toEqual([])
  await app.start()
  expect(hours(app, 3)).toEqual([])
})

test('a task has no next run while the session is held, and those after an immediate start while it is stopped', async () => {
  const { app, session, clock } = setUp()
  app.task('t', hourly, () => {})
  expect(hours(app, 2)).toEqual(['12:00', '13:00'])
  await app.start()
  await clock.settled()
  expect(hours(app, 2)).toEqual(['13:00', '14:00'])
  session.hold()
  expect(hours(app, 2)).toEqual([])
  session.resume()
  expect(hours(app, 1)).toEqual(['13:00'])
  await session.removeTask('t')
  const gone = app.task('t', hourly.and(atMostRuns(1)), () => {})
  expect(gone.nextRuns(3)).toEqual([])
})

test('session.run(): a task that is not chosen has no next run, and the forecast ends with the chosen ones', async () => {
  const { app, session, clock } = setUp()
  const { promise, open } = gate()
  app.task('only', false, () => promise)
  app.task('t', hourly, () => {})
  const done = session.run('only')
  await clock.settled()
  expect(hours(app, 2)).toEqual([])
  const { runs, stopsAt } = await session.forecast()
  expect(runs).toEqual([])
  expect(stopsAt?.toMillis()).toBe(clock.now())
  open()
  await done
  expect(session.state).toBe('stopped')
})

test('waitsFor() is empty if time alone can launch the task, also with a retry condition', async () => {
  const { app, clock } = setUp()
  const task = app.task('t', any(daily, retry(3)), () => {})
  await app.start()
  await clock.settled()
  expect(task.waitsFor()).toEqual([])
  expect(task.nextRuns().map(String)).toEqual(['2026-11-25T00:00:00.000Z'])
})
