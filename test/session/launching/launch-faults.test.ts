/** Launches that something disturbs: no run is lost, none starts twice, and no caller waits forever. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { gate, lasting, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

test('a task whose function runId holds the session at its turn launches after the resume', async () => {
  const { app, session, clock } = setUp()
  let ran = 0
  let asked = 0
  const runId = (): string => {
    if (asked++ === 0) session.hold()
    return crypto.randomUUID()
  }
  app.task('a', "param 'go' is true", { runId }, () => void ran++)
  await app.start()
  session.params.set('go', true)
  await clock.settled()
  expect(ran).toBe(0)
  expect(session.task('a').explain().sentence).toBe('the session is held: resume() lets tasks launch')
  session.resume()
  await clock.settled()
  expect(ran).toBe(1)
})

describe('runs with the same id', () => {
  test('a late result of an ended run does not settle the next one', async () => {
    const { app, session, clock, news } = setUp()
    const [first, second] = [gate<string>(), gate<string>()]
    const gates = [first, second]
    const options = { runId: () => 'same', terminateGrace: '1 second' } as const
    const task = app.task('a', false, options, () => gates.shift()!.promise)
    await app.start()
    const one = task.run()
    await clock.settled()
    task.terminate()
    await clock.advance('2 seconds')
    expect((await one).action).toBe('terminate')
    const two = task.run()
    await clock.settled()
    first.open('late')
    await clock.settled()
    expect(session.task('a').isRunning).toBe(true)
    second.open('in time')
    expect((await two).value).toBe('in time')
    expect(warningsIn(news)).toEqual(['late-result'])
  })

  test('a handle has the outcome of a live run that the condition launched', async () => {
    const { app, clock } = setUp()
    const { promise, open } = gate<string>()
    const task = app.task('a', 'daily', { runId: (name) => `${name} today` }, () => promise)
    await app.start()
    await clock.settled()
    const handle = task.run()
    await handle.started
    open('done')
    expect(await handle).toMatchObject({ runId: 'a today', action: 'success', value: 'done' })
  })
})

describe('a cycle hook that never ends', () => {
  test('does not block the launches after a restart', async () => {
    const { app, session, clock } = setUp()
    let ran = 0
    let began = 0
    let ended = 0
    const { promise, open } = gate()
    app.hook('cycle', async () => {
      if (began++ === 0) await promise
      return () => void ended++
    })
    app.task('a', 'daily', () => void ran++)
    await app.start()
    await clock.settled()
    expect(ran).toBe(0)
    session.restart()
    await clock.settled()
    expect([session.state, ran, ended]).toEqual(['running', 1, 1])
    // Its second half is called as soon as it ends, and opens no cycle.
    open()
    await clock.settled()
    expect([ran, ended]).toEqual([1, 2])
  })
})

describe('a shut-down task', () => {
  test('that is running waits for this run to end: the concurrency limit holds', async () => {
    const { app, session, clock } = setUp()
    let live = 0
    let most = 0
    const task = app.task('bye', false, { onShutdown: true }, async () => {
      most = Math.max(most, ++live)
      await clock.sleep(1000)
      live -= 1
    })
    await app.start()
    const handle = task.run()
    await clock.settled()
    session.shutDown()
    await clock.advance('5 seconds')
    expect(session.state).toBe('stopped')
    expect((await handle).action).toBe('success')
    expect(await session.log.count({ action: 'success' })).toBe(2)
    expect(most).toBe(1)
  })

  test.each<[what: string, options: object]>([
    ['capacity', { pool: 'db' }],
    ['main work of another shut-down task', { onShutdown: true, priority: 1, execution: 'main' }],
    ['its own live run', {}],
  ])('waits for %s no longer than the drain timeout, which cancels live runs', async (what, options) => {
    const { app, session, clock } = setUp({ pools: { db: 1 }, drainTimeout: '3 seconds' })
    let ran = 0
    const hangs = lasting(clock)
    if (!what.startsWith('its own')) app.task('hangs', false, options, hangs)
    app.task('bye', false, { onShutdown: true, pool: 'db' }, (values, run) =>
      run.trigger === 'manual' ? hangs(values, run) : void ran++,
    )
    await app.start()
    if (what === 'capacity') session.task('hangs').run()
    if (what.startsWith('its own')) session.task('bye').run()
    await clock.settled()
    session.shutDown()
    await clock.advance('2 seconds')
    expect([session.state, ran]).toEqual(['stopping', 0])
    await clock.advance('2 seconds')
    expect([session.state, ran]).toEqual(['stopped', 1])
  })
})

describe('a wall clock that is set', () => {
  test.each([-86_400_000, 86_400_000])(
    'by %d ms changes neither a relaunch delay nor the turn of a ready task',
    async (byMs) => {
      const { app, session, clock } = setUp({ pools: { db: 1 }, relaunchDelay: '40 days' })
      let ran = 0
      const { promise, open } = gate()
      app.task('holds', true, { pool: 'db', priority: 1, timeout: 'never' }, () => promise)
      app.task('ready', true, { pool: 'db' }, () => void ran++)
      const often = app.task('often', true, () => {})
      await app.start()
      await clock.advance('10 days')
      expect(often.actor.getSnapshot().value).toEqual({ idle: 'backingOff' })
      await clock.set(clock.now() + byMs)
      await clock.advance('29 days')
      expect([ran, session.task('ready').actor.getSnapshot().value]).toEqual([0, { idle: 'ready' }])
      expect(await often.log.query({ action: 'run' })).toHaveLength(1)
      open()
      await clock.advance('1 day')
      expect(ran).toBe(1)
      expect(await often.log.query({ action: 'run' })).toHaveLength(2)
    },
  )
})

test('a task that replaces a ready one of the same name launches in its place, once', async () => {
  const { app, session, clock } = setUp({ pools: { db: 1 }, onTaskExists: 'replace' })
  const ran: string[] = []
  const { promise, open } = gate()
  app.task('holds', 'daily', { pool: 'db', priority: 1 }, () => promise)
  app.task('a', 'daily', { pool: 'db' }, () => void ran.push('old'))
  await app.start()
  await clock.settled()
  session.createTask('a', 'daily', { pool: 'db' }, () => void ran.push('new'))
  await clock.settled()
  open()
  await clock.settled()
  expect(ran).toEqual(['new'])
})
