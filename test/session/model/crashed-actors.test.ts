/** An actor that fails is reported and replaced; other actors are not affected. */

import { afterEach, describe, expect, test } from '@jest/globals'
import type { Session } from 'gantry'
import { CommandRefusedError } from 'gantry'
import { gate, goesOn, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

const bad = (): never => {
  throw new Error('bad')
}

describe('an actor that fails', () => {
  /** Makes the clock of the session throw at its next reading, which is within an actor. */
  const brittle = (session: Session): { break(): void } => {
    const { clock } = session
    const now = clock.now.bind(clock)
    let isBroken = false
    clock.now = () => {
      if (!isBroken) return now()
      isBroken = false
      return bad()
    }
    return { break: () => void (isBroken = true) }
  }

  test('of a task is reported as task.crashed and replaced; its siblings and the session are not affected', async () => {
    const desk = setUp()
    const { app, session, clock, news } = desk
    app.task('a', false, () => Promise.reject(new Error('no')))
    app.task('b', false, () => {})
    await app.start()
    await session.task('a').run()
    const before = session.task('a').actor
    const sibling = session.task('b').actor
    const clockwork = brittle(session)
    clockwork.break()
    // The actor fails at the command, so nothing answers it.
    expect(() => session.task('a').disable()).toThrow(CommandRefusedError)
    await clock.settled()
    expect(news.filter(({ type }) => type === 'task.crashed')).toEqual([
      {
        type: 'task.crashed',
        task: 'a',
        at: expect.any(Number),
        error: expect.objectContaining({ message: 'bad' }),
      },
    ])
    expect(warningsIn(news)).toContain('task-actor')
    expect(session.task('a').actor).not.toBe(before)
    // The new actor has the state of the last record, and the command to disable the task.
    expect(session.task('a').state).toBe('failed')
    expect(session.task('a').disabled).toBe(true)
    expect(session.task('b').actor).toBe(sibling)
    expect((await session.task('a').run()).action).toBe('fail')
    await goesOn(desk)
  })

  test('of a task with a live run does not change the outcome of the run', async () => {
    const desk = setUp()
    const { app, session, clock, news } = desk
    const opened = gate<string>()
    app.task('a', false, () => opened.promise)
    await app.start()
    const handle = session.task('a').run()
    await clock.settled()
    brittle(session).break()
    // The actor fails at the command, so nothing answers it.
    expect(() => session.task('a').disable()).toThrow(CommandRefusedError)
    await clock.settled()
    expect(session.task('a').state).toBe('running')
    opened.open('done')
    expect((await handle).value).toBe('done')
    expect(session.task('a').state).toBe('idle')
    expect(news.filter(({ type }) => type === 'task.crashed')).toHaveLength(1)
    await goesOn(desk)
  })

  test('of a run makes the run fail with the error, and the task runs again', async () => {
    const desk = setUp()
    const { app, session, clock } = desk
    const { callAfter } = clock
    let isBroken = true
    clock.callAfter = (ms, call) => (isBroken ? bad() : callAfter.call(clock, ms, call))
    app.task('a', false, () => 5)
    await app.start()
    const handle = session.task('a').run()
    await clock.settled()
    expect(await handle).toMatchObject({ action: 'fail', error: { message: 'bad' } })
    isBroken = false
    const again = session.task('a').run()
    await clock.settled()
    expect((await again).value).toBe(5)
    await goesOn(desk)
  })
})
