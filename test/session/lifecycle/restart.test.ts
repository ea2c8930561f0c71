/** A restart, and a start after a stop: the state that is reset and the state that is kept. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { every } from 'gantry'
import { lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

describe('a session', () => {
  test('that restarts twice runs hooks and start-up tasks again and resets cycles, and keeps returns and params', async () => {
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

  test('that restarts does not settle `stopped` or app.run(), and shutDown() takes precedence', async () => {
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

  test('that starts after a stop continues with the same tasks and history', async () => {
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

  test('that is started by a listener of session.stopped starts after the stop', async () => {
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

  test('runs a start-up task again on task.run()', async () => {
    const { app, session, clock, news } = setUp()
    app.task('up', false, { onStartup: true }, () => {})
    await app.start()
    await clock.settled()
    await session.task('up').run()
    expect(runsIn(news)).toEqual(['up started', 'up success', 'up started', 'up success'])
  })

  test('that is not stopped refuses start()', async () => {
    const { app } = setUp()
    await app.start()
    await expect(app.start()).rejects.toThrow(/must be stopped: running/)
  })

  test('is stopped by `await using` at the end of the block', async () => {
    const { app, session } = setUp()
    {
      await using running = await app.start()
      expect(running.state).toBe('running')
    }
    expect(session.state).toBe('stopped')
  })
})
