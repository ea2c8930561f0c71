/** The count of cycles in conditions, and end conditions that fail. */
import { expect, test } from '@jest/globals'
import { condition, createApp, not, schedulerCycles, started } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

const setUp = (options = {}) => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  return {
    clock,
    app: createApp({ clock, timezone: 'UTC', logger: silent, relaunchDelay: 1000, ...options }),
  }
}

test('schedulerCycles: a task that requires three cycles launches in the fourth, and a shut condition applies at the end of the last', async () => {
  const { clock, app } = setUp({ shutCondition: schedulerCycles({ atLeast: 5 }) })
  const launches: [task: string, cycles: number, second: number][] = []
  const note = (_: unknown, run: { task: { name: string } }) => {
    launches.push([run.task.name, app.session.cycles, app.session.now().second])
  }
  app.task('always', true, { priority: 1 }, note)
  app.task('late', schedulerCycles({ atLeast: 3 }).and(not(started)), note)
  const session = await app.start()
  await clock.settled()
  for (let i = 0; i < 10 && session.state === 'running'; i++) await clock.jump('1 second')
  await session.stopped
  expect(launches.filter(([task]) => task === 'late')).toEqual([['late', 3, 3]])
  expect(launches.filter(([task]) => task === 'always').map(([, , second]) => second)).toEqual([
    0, 1, 2, 3, 4,
  ])
  expect(session.cycles).toBe(5)
})

test('session.cycles: a timer that is due while main work runs does not begin another cycle', async () => {
  const { clock, app } = setUp()
  app.task('long', 'every 1 hour', { execution: 'main', priority: 1 }, () => clock.jump('2 seconds'))
  app.task('short', 'every 1 second', { execution: 'main', priority: 2 }, () => {})
  const session = await app.start()
  await clock.settled()
  expect(session.cycles).toBe(1)
  const handle = session.task('short').run()
  await handle
  await clock.settled()
  // A manual run needs no timer, so it does not begin a new cycle.
  expect(session.cycles).toBe(1)
  session.shutDown()
  await session.stopped
})

test('an end condition that fails counts as true and is reported once', async () => {
  const { clock, app } = setUp()
  const failing = condition(() => {
    throw new Error('nobody can say')
  })
  const task = app.task('slow', false, { end: failing }, (_, run) =>
    clock.sleep(60_000, { signal: run.signal }),
  )
  const session = await app.start()
  expect(await task.run()).toMatchObject({ action: 'terminate', reason: 'end condition' })
  expect(session.warnings).toMatchObject({ condition: 1 })
  session.shutDown()
  await session.stopped
})
