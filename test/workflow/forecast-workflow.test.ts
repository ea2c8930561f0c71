/** The forecast of a session with workflows: they are not run, and live ones end after their usual runtime. */
import { afterEach, expect, test } from '@jest/globals'
import { createMachine } from 'xstate'
import { setUp, tearDown } from '../support/session.ts'

afterEach(tearDown)

test('a forecast runs no workflow, and a live one does not disturb it', async () => {
  let entered = 0
  const machine = createMachine({
    initial: 'a',
    states: {
      a: { entry: () => void ++entered, after: { [3 * 86_400_000]: 'b' } },
      b: { type: 'final' },
    },
  })
  const { app, clock, session } = setUp()
  const task = app.task('flow', 'daily at 13:00', machine)
  app.task('next', "after task 'flow' succeeded", () => {})
  await app.start()
  await clock.advance('61 minutes')
  expect([entered, task.state]).toEqual([1, 'running'])
  const { runs } = await session.forecast({ until: '2026-11-27T12:00' })
  expect(entered).toBe(1)
  // The live run ends at once in the forecast, as no runtime is known: the days after it are free.
  expect(runs.map(({ task: name, at }) => `${name} ${at.toFormat('dd HH:mm')}`)).toEqual([
    'next 24 13:01',
    'flow 25 13:00',
    'next 25 13:00',
    'flow 26 13:00',
    'next 26 13:00',
  ])
  expect(task.runs).toHaveLength(1)
  await clock.advance('3 days')
  expect(task.status).toBe('success')
})
