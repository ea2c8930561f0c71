/** An actor that fails is reported and replaced; other actors are not affected. */

import { afterEach, describe, expect, test } from '@jest/globals'
import type { Session } from 'gantry'
import { any, CommandRefusedError } from 'gantry'
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

  test('of a task is replaced by one that stops with the session, although its runs have the earlier parent', async () => {
    const desk = setUp()
    const { app, session, clock, news } = desk
    const opened = gate<string>()
    app.task('a', false, () => opened.promise)
    app.task('b', false, () => {})
    await app.start()
    await session.task('b').run()
    const handle = session.task('a').run()
    await clock.settled()
    for (const name of ['a', 'b']) {
      brittle(session).break()
      expect(() => session.task(name).disable()).toThrow(CommandRefusedError)
    }
    opened.open('done')
    expect((await handle).value).toBe('done')
    expect((await session.task('b').run()).action).toBe('success')
    session.shutDown()
    await session.stopped
    expect(warningsIn(news)).toEqual(['task-actor', 'task-actor'])
  })

  test.each(['crashed', 'was removed'])(
    'of a run ends it also after the actor of its task %s',
    async (what) => {
      const desk = setUp()
      const { app, session, clock } = desk
      const opened = gate()
      app.task('a', false, { terminateGrace: '1 second' }, () => opened.promise)
      await app.start()
      const handle = session.task('a').run()
      await clock.settled()
      const { callAfter } = clock
      clock.callAfter = bad
      if (what === 'crashed') {
        brittle(session).break()
        expect(() => session.task('a').disable()).toThrow(CommandRefusedError)
        session.task('a').terminate()
      } else void session.removeTask('a')
      await clock.settled()
      clock.callAfter = callAfter
      expect(await handle).toMatchObject({ action: 'fail', error: { message: 'bad' } })
      await goesOn(desk)
      session.shutDown()
      await session.stopped
    },
  )

  /** Makes the clock throw once within a function of the session. */
  const breakWithin = (session: Session, method: 'monotonic' | 'now', within: RegExp): void => {
    const { clock } = session
    const read = clock[method].bind(clock)
    clock[method] = () => {
      if (!within.test(new Error().stack ?? '')) return read()
      clock[method] = read
      return bad()
    }
  }

  test('of a run at the announcement of its end still ends the run', async () => {
    const desk = setUp()
    const { app, session } = desk
    app.task('a', false, () => 5)
    await app.start()
    breakWithin(session, 'monotonic', /#announce|run-effects.*\n.*#recordEnd|announce \(/)
    expect((await session.task('a').run()).action).toBe('fail')
    expect(session.task('a').actor.getSnapshot().context.live).toBe(0)
    await goesOn(desk)
  })

  test('of a task within a launch by its condition: the run starts after the relaunch delay', async () => {
    const { app, session, clock } = setUp()
    let ran = 0
    app.task('a', 'daily', () => void ran++)
    breakWithin(session, 'monotonic', /run-effects/)
    await app.start()
    await clock.settled()
    expect(ran).toBe(0)
    expect(session.task('a').actor.getSnapshot().context.live).toBe(0)
    await clock.advance('1 second')
    expect(ran).toBe(1)
  })

  test('of a task within the launch of a manual run rejects its handle', async () => {
    const desk = setUp()
    const { app, session } = desk
    app.task('a', false, () => 5)
    await app.start()
    breakWithin(session, 'monotonic', /run-effects/)
    const handle = session.task('a').run()
    await expect(handle).rejects.toThrow('bad')
    await expect(handle.started).rejects.toThrow('bad')
    expect((await session.task('a').run()).value).toBe(5)
    await goesOn(desk)
  })

  test('of a task at the report that its condition holds does not lose the report', async () => {
    const { app, session, clock, news } = setUp({ relaunchDelay: '40 seconds' })
    let ran = 0
    const noon = 'time of day between 12:00 and 12:01'
    app.task('a', any(noon, 'time of day between 12:02 and 12:03'), () => void ran++)
    await app.start()
    await clock.advance('90 seconds')
    expect(ran).toBe(2)
    // The guards read the clock, as the task has a relaunch delay.
    breakWithin(session, 'monotonic', /launch-guards/)
    await clock.advance('30 seconds')
    expect(warningsIn(news)).toEqual(['task-actor'])
    expect(ran).toBe(3)
  })

  test('of a task at each creation is not created in an endless loop, and works again after a command', async () => {
    const { app, session, clock, news } = setUp({ relaunchDelay: '1 second' })
    let ran = 0
    app.task('a', "param 'go' is true", { timeout: 'never' }, () => void ran++)
    await app.start()
    const { callAfter } = clock
    // The timer of the relaunch delay is set when the task enters its phase.
    clock.callAfter = bad
    session.params.set('go', true)
    await clock.settled()
    clock.callAfter = callAfter
    expect(ran).toBe(1)
    expect(warningsIn(news)).toEqual(['task-actor', 'task-actor'])
    session.task('a').enable()
    await clock.advance('1 second')
    expect(ran).toBe(2)
  })
})
