/** An actor that fails is told of and made anew; nobody else notices. */

import { afterEach, describe, expect, test } from '@jest/globals'
import type { Session } from 'gantry'
import { CommandRefusedError } from 'gantry'
import { gate, goesOn, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

const bad = (): never => {
  throw new Error('bad')
}

describe('an actor that fails', () => {
  /** A clock that throws, once, when it is asked for the time from within an actor. */
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

  test('a task’s is told of as task.crashed and made anew; its siblings and the session notice nothing', async () => {
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
    // Where its last record says, and disabled as it was told to be.
    expect(session.task('a').state).toBe('failed')
    expect(session.task('a').disabled).toBe(true)
    expect(session.task('b').actor).toBe(sibling)
    expect((await session.task('a').run()).action).toBe('fail')
    await goesOn(desk)
  })

  test('a task’s, while a run of it lives: the run ends as it would have', async () => {
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

  test('a run’s: the run comes to fail with the error, and the task goes on', async () => {
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
