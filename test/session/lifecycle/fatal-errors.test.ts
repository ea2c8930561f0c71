/** A fatal error shuts the session down in order, and rejects the promise of its caller. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { lasting, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

describe('a fatal error', () => {
  test('rejects app.run(), terminates live runs, and still runs shut-down hooks and tasks', async () => {
    const { app, session, clock, news } = setUp({ onError: { hook: 'raise' } })
    const fatal = new Error('fatal')
    const said: unknown[] = []
    app.hook('run', ({ run }) => {
      if (run.task.name === 'bad') throw fatal
    })
    app.hook('shutdown', () => (result) => void said.push(result.error))
    app.task('slow', true, lasting(clock))
    app.task('bad', false, () => {})
    app.task('down', false, { onShutdown: true }, () => void said.push('down'))
    const ran = app.run()
    await clock.settled()
    void session.task('bad').run()
    await expect(ran).rejects.toBe(fatal)
    expect(said).toEqual(expect.arrayContaining(['down', fatal]))
    expect(session.state).toBe('stopped')
    expect(session.task('slow').status).toBe('terminate')
    expect(news.at(-1)).toMatchObject({ type: 'session.stopped', error: { message: 'fatal' } })
    expect(warningsIn(news)).toContain('hook')
  })

  test('during draining terminates the runs that are still live', async () => {
    const { app, session, clock } = setUp({ onError: 'raise' })
    const slow = app.task('slow', true, lasting(clock))
    app.task('down', false, { onShutdown: true }, async () => await clock.sleep(1000))
    app.hook('run', ({ task }) => {
      if (task?.name === 'down') return () => Promise.reject(new Error('broken'))
    })
    const ran = expect(app.run()).rejects.toThrow('broken')
    await clock.settled()
    session.shutDown()
    await clock.advance('2 seconds')
    await ran
    expect(slow.status).toBe('terminate')
  })

  test('in a start-up hook rejects app.start() and app.run(), and the session can be started again', async () => {
    const { app, session } = setUp({ onError: { setup: 'raise' } })
    let isBroken = true
    app.setup(() => {
      if (isBroken) throw new Error('no database')
    })
    await expect(app.start()).rejects.toThrow('no database')
    await expect(app.run()).rejects.toThrow('no database')
    expect(session.state).toBe('stopped')
    isBroken = false
    await app.start()
    expect(session.state).toBe('running')
  })
})
