/** `session.run(...names)`: runs the named tasks once each, whether the session is stopped or running. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

describe('session.run(names)', () => {
  test('starts a stopped session with these tasks only, runs each once, and stops', async () => {
    const { app, session, news } = setUp()
    app.task('a', true, () => 1)
    app.task('b', false, { disabled: true }, () => {
      throw new Error('no')
    })
    app.task('other', true, () => {})
    app.task('up', false, { onStartup: true }, () => {})
    const outcomes = await session.run('a', session.task('b'))
    expect(outcomes).toMatchObject({ a: { action: 'success', value: 1 }, b: { action: 'fail' } })
    expect(session.state).toBe('stopped')
    expect(runsIn(news)).toEqual(['a started', 'b started', 'a success', 'b fail'])
    // Afterwards the session starts normally.
    await app.start()
    expect((await session.task('other').run()).action).toBe('success')
  })

  test.each(['onStartup', 'onShutdown'] as const)('runs a task with %s once', async (kind) => {
    const { app, session } = setUp()
    app.task('a', false, { [kind]: true }, () => 5)
    expect(await session.run('a')).toMatchObject({ a: { action: 'success', value: 5 } })
    expect(await session.log.query({ action: 'run' })).toHaveLength(1)
  })

  test('in a running session calls task.run() on each, applies `execution` to these runs, and with obeyConditions skips tasks', async () => {
    const { app, session, clock, news } = setUp()
    app.task('a', "param 'go' exists", lasting(clock, 1000))
    app.task('b', "~param 'go' exists", { disabled: true }, lasting(clock, 1000))
    await app.start()
    const outcomes = session.run('a', 'b', { execution: 'main', obeyConditions: true })
    await clock.advance('5 seconds')
    expect(Object.keys(await outcomes)).toEqual(['b'])
    const both = session.run('a', 'b', { execution: 'main' })
    await clock.advance('5 seconds')
    await both
    expect(runsIn(news).slice(2)).toEqual(['a started', 'a success', 'b started', 'b success'])
  })

  test('refuses an unknown name without a start, and clears its selection after a failed start', async () => {
    const { app, session } = setUp({ onError: { setup: 'raise' } })
    let isBroken = true
    app.setup(() => {
      if (isBroken) throw new Error('broken')
    })
    app.task('a', false, () => {})
    app.task('b', false, () => 1)
    await expect(session.run('aa')).rejects.toThrow(/Did you mean 'a'/)
    expect(session.state).toBe('stopped')
    await expect(session.run('a')).rejects.toThrow('broken')
    isBroken = false
    await app.start()
    expect((await session.task('b').run()).value).toBe(1)
  })
})
