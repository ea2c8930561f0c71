/** Probable mistakes in task definitions are warnings when the task is added, or at the start. */
import { describe, expect, test } from '@jest/globals'
import { afterSuccess, any, ConditionError, createApp, daily, type OnError, returnOf, taskArg } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

function setUp(neverHolds: OnError = 'log') {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, onError: { neverHolds } })
  const said: string[] = []
  app.session.on('session.warning', ({ message }) => said.push(message))
  const start = async () => {
    await app.start()
    app.session.shutDown()
    await app.session.stopped
  }
  return { app, said, start }
}

describe('a start that can never hold', () => {
  const impossible = 'time of month on 30th & time of year on Feb'

  test('is a warning when the task is added', () => {
    const { app, said } = setUp()
    app.task('never', impossible, () => {})
    expect(said).toEqual([
      expect.stringMatching(/^Task 'never' can never start: the times of .* do not meet/),
    ])
    expect(app.session.has('never')).toBe(true)
  })

  test('is refused with onError: { neverHolds: raise }', () => {
    const { app } = setUp('raise')
    expect(() => app.task('never', impossible, () => {})).toThrow(ConditionError)
    expect(app.session.has('never')).toBe(false)
  })

  test('is no warning if it is false, which means a task that runs only manually', () => {
    const { app, said } = setUp()
    app.task('by hand', false, () => {})
    expect(said).toEqual([])
  })
})

test('unknown task names in conditions and args are warnings at the start, with the nearest name', async () => {
  const { app, said, start } = setUp()
  app.task('report', "daily & after task 'fecth'", () => {})
  app.task('sum', false, { args: { rows: returnOf('gone').or([]) } }, () => {})
  app.task('fetch', false, () => {})
  app.task('asks', false, { args: { of: taskArg('nobody') } }, () => {})
  expect(said).toEqual([])
  await start()
  expect(said).toEqual([
    "Task 'report' asks for task 'fecth', which is not there. Did you mean 'fetch'?",
    "Task 'sum' asks for task 'gone', which is not there.",
    "Task 'asks' asks for task 'nobody', which is not there.",
  ])
})

describe('tasks that wait for each other', () => {
  test('are one warning per circle', async () => {
    const { app, said, start } = setUp()
    app.task('a', afterSuccess('c'), () => {})
    app.task('b', afterSuccess('a'), () => {})
    app.task('c', "daily & after task 'b'", () => {})
    app.task('d', afterSuccess('a'), () => {})
    await start()
    expect(said).toEqual([
      "Tasks wait for each other and start only manually: 'a' after 'c' after 'b' after 'a'. Give one of them another start.",
    ])
  })

  test('are no warning if one has another way to start', async () => {
    const { app, said, start } = setUp()
    app.task('a', any(afterSuccess('b'), daily), () => {})
    app.task('b', afterSuccess('a'), () => {})
    await start()
    expect(said).toEqual([])
  })
})
