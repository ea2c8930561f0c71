/** Restarted, and started after a stop: what begins anew and what stays. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { every } from 'gantry'
import { lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

describe('again', () => {
  test('restart (recall) twice: hooks, start-up tasks and cycles begin anew, returns and params stay', async () => {
    const { app, session, clock } = setUp()
    const starts: number[] = []
    app.setup(() => void starts.push(session.cycles))
    app.task('up', false, { onStartup: true }, () => 1)
    app.task('a', every('1 minute'), () => 'kept')
    app.param('mode', 'on')
    await app.start()
    for (let n = 0; n < 2; n++) {
      await clock.advance('150 seconds')
      session.restart()
      await clock.settled()
    }
    expect(starts).toHaveLength(3)
    expect(session.cycles).toBeLessThanOrEqual(1)
    expect(await session.task('up').log.query({ action: 'run' })).toHaveLength(3)
    expect(session.task('a').lastValue).toBe('kept')
    expect(session.params.get('mode')).toBe('on')
    expect(session.actor.getSnapshot().context.restarts).toBe(2)
  })

  test('a restart does not settle `stopped` or app.run(); a shut-down wins over it', async () => {
    const { app, session, clock } = setUp()
    let settled = false
    app.task('slow', true, lasting(clock, 60_000))
    const ran = app.run().then(() => {
      settled = true
    })
    await clock.settled()
    session.restart()
    await clock.advance('2 minutes')
    expect([session.state, settled]).toEqual(['running', false])
    session.restart()
    session.shutDown()
    await clock.advance('2 minutes')
    await ran
    expect(session.state).toBe('stopped')
  })

  test('started after a stop it goes on: same tasks, same history, launches again', async () => {
    const { app, session, clock, news } = setUp()
    const task = app.task('a', every('1 hour'), () => {})
    for (let n = 0; n < 3; n++) {
      await app.start()
      await clock.advance('2 hours')
      session.shutDown()
      await session.stopped
    }
    expect(news.filter(({ type }) => type === 'session.stopped')).toHaveLength(3)
    expect(await task.log.query({ action: 'success' })).toHaveLength(7)
  })

  test('started from within the news of its stop, it starts once that is over', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => 1)
    let again: Promise<unknown> | undefined
    session.on('session.stopped', () => {
      again ??= app.start()
    })
    await app.start()
    const stopped = session.stopped
    session.shutDown()
    await stopped
    await again
    expect(session.state).toBe('running')
    expect((await session.task('a').run()).value).toBe(1)
    const next = session.stopped
    session.shutDown()
    await clock.settled()
    await next
    expect(next).not.toBe(stopped)
  })

  test('a start-up task runs once more when it is asked to by hand', async () => {
    const { app, session, clock, news } = setUp()
    app.task('up', false, { onStartup: true }, () => {})
    await app.start()
    await clock.settled()
    await session.task('up').run()
    expect(runsIn(news)).toEqual(['up started', 'up success', 'up started', 'up success'])
  })

  test('start() of a session that is not stopped is refused', async () => {
    const { app } = setUp()
    await app.start()
    await expect(app.start()).rejects.toThrow(/must be stopped: running/)
  })

  test('`await using` stops it at the end of the block', async () => {
    const { app, session } = setUp()
    {
      await using running = await app.start()
      expect(running.state).toBe('running')
    }
    expect(session.state).toBe('stopped')
  })
})
