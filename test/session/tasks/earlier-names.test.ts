/** Renamed options: the earlier names are accepted wherever the current ones are, but not together with them. */
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  createGroup,
  createMemoryStore,
  Inaction,
  inaction,
  type Session,
  SkipRun,
  skipRun,
  type TaskOptions,
} from 'gantry'
import { durableStore } from '../../support/durable-store.ts'
import { serve } from '../../support/http/server.ts'
import { type Desk, gate, lasting, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Requests five runs of a task and returns the number of live ones. */
async function liveOf({ session, clock }: Pick<Desk, 'session' | 'clock'>, name: string): Promise<number> {
  for (let n = 0; n < 5; n++) session.task(name).run()
  await clock.settled()
  return session.task(name).runs.length
}

describe.each(['concurrency', 'multilaunch'] as const)('%s limits the live runs', (name) => {
  const three = { [name]: 3 }

  test.each<[where: string, add: (desk: Desk) => unknown]>([
    ['of a task', ({ app, clock }) => app.task('a', false, three, lasting(clock))],
    ['of createTask', ({ session, clock }) => session.createTask('a', false, three, lasting(clock))],
    [
      'of a task.update event',
      ({ app, session, clock }) => {
        app.task('a', false, { concurrency: 1 }, lasting(clock))
        session.send(JSON.parse(JSON.stringify({ type: 'task.update', task: 'a', options: three })))
      },
    ],
    [
      'of task.update',
      ({ app, clock }) => app.task('a', false, { multilaunch: 1 }, lasting(clock)).update(three),
    ],
    [
      'of session.update',
      ({ app, session, clock }) => {
        app.task('a', false, lasting(clock))
        session.update({ multilaunch: 1 })
        session.update(three)
      },
    ],
    [
      'of a template',
      ({ app, session, clock }) => {
        app.template('kind', { work: lasting(clock), options: three })
        session.createFrom('kind', 'a')
      },
    ],
    [
      'of a task of a template, over that of the template',
      ({ app, session, clock }) => {
        app.template('kind', { work: lasting(clock), options: { multilaunch: 1 } })
        session.createFrom('kind', 'a', three)
      },
    ],
    ['of a group of tasks', ({ app, clock }) => app.group(three).task('a', false, lasting(clock))],
    [
      'of a task, over that of its group',
      ({ app, clock }) => app.group({ concurrency: 1 }).task('a', false, three, lasting(clock)),
    ],
    [
      'of an included group',
      ({ app, clock }) => {
        const group = createGroup({ multilaunch: 2 })
        group.group(three).task('a', false, lasting(clock))
        app.include(group)
      },
    ],
  ])('%s', async (_, add) => {
    const desk = setUp()
    add(desk)
    await desk.app.start()
    expect(await liveOf(desk, 'a')).toBe(3)
  })

  test('of an app, and both names read it', async () => {
    const desk = setUp(three)
    desk.app.task('a', false, lasting(desk.clock))
    await desk.app.start()
    expect(await liveOf(desk, 'a')).toBe(3)
    const { options } = desk.session
    expect([options.concurrency, options.multilaunch]).toEqual([3, 3])
    desk.session.update({ timeout: 'never' })
    expect([desk.session.options.concurrency, desk.session.options.multilaunch]).toEqual([3, 3])
    expect(Object.keys(desk.session.options)).not.toContain('multilaunch')
  })

  test('of a task whose update a store has kept', async () => {
    const kept = createMemoryStore()
    const store = durableStore(kept, (entries) => kept.append(entries))
    const first = setUp({ store, persist: true })
    const task = first.app.task('a', false, lasting(first.clock))
    await first.app.start()
    task.update(three)
    first.session.shutDown({ force: true })
    await first.clock.settled()
    await first.session.stopped
    const second = setUp({ store, persist: true })
    second.app.task('a', false, lasting(second.clock))
    await second.app.start()
    expect(await liveOf(second, 'a')).toBe(3)
  })

  test('of updates over HTTP', async () => {
    const served = await serve()
    try {
      served.app.task('a', false, () => {})
      const task = await served.ask('PATCH', '/tasks/a', { body: three })
      const config = await served.ask('PATCH', '/session/config', { body: three })
      expect([task.status, config.status]).toEqual([200, 200])
      expect(served.app.session.options.concurrency).toBe(3)
    } finally {
      await served.close()
    }
  })
})

describe.each(['misfireGrace', 'grace'] as const)('%s', (name) => {
  test('must be a duration', () => {
    const { app } = setUp()
    app.task('a', 'daily', { [name]: '36 hours' }, () => {})
    expect(() => app.task('b', 'daily', { [name]: 'long' } as TaskOptions, () => {})).toThrow(name)
  })
})

describe.each(['terminateGrace', 'graceMs'] as const)('%s', (name) => {
  test('is the time that a terminated run has to end', async () => {
    const { app, clock } = setUp()
    const never = gate()
    const task = app.task('a', false, { [name]: 60_000 }, () => never.promise)
    await app.start()
    task.run()
    await clock.settled()
    task.terminate()
    await clock.advance('59 seconds')
    expect(task.isRunning).toBe(true)
    await clock.advance('1 second')
    expect(task.isRunning).toBe(false)
  })
})

test('terminateGrace is a duration; graceMs stays a number', async () => {
  const { app, clock } = setUp()
  const never = gate()
  const task = app.task('a', false, { terminateGrace: '2 minutes' }, () => never.promise)
  await app.start()
  task.run()
  await clock.settled()
  task.terminate()
  await clock.advance('119 seconds')
  expect(task.isRunning).toBe(true)
  await clock.advance('1 second')
  expect(task.isRunning).toBe(false)
  expect(() => app.task('b', false, { graceMs: '2 minutes' } as never, () => {})).toThrow(/'graceMs'/)
})

describe('an option with both names is a TypeError that names both', () => {
  test.each([
    ['multilaunch', 'concurrency', 2],
    ['grace', 'misfireGrace', '1 hour'],
    ['graceMs', 'terminateGrace', 50],
  ])('%s and %s of a task', (old, name, value) => {
    const { app, session } = setUp()
    const both = { [old]: value, [name]: value }
    const rule = new RegExp(`'${old}'.*'${name}'`)
    expect(() => app.task('a', 'daily', both, () => {})).toThrow(TypeError)
    expect(() => app.task('a', 'daily', both, () => {})).toThrow(rule)
    const task = app.task('a', 'daily', { [name]: value }, () => {})
    expect(() => task.update(both)).toThrow(rule)
    expect(() => session.send({ type: 'task.update', task: 'a', options: both })).toThrow(rule)
  })

  test('of an app and of a group', () => {
    const both = { multilaunch: 2, concurrency: 2 }
    const rule = /'multilaunch'.*'concurrency'/
    expect(() => setUp(both)).toThrow(rule)
    expect(() => setUp().session.update(both)).toThrow(rule)
    expect(() => createGroup(both)).toThrow(rule)
  })
})

test('an error about an unknown option does not suggest an earlier name', () => {
  const { app } = setUp()
  expect(() => app.task('a', false, { multilunch: 2 } as never, () => {})).toThrow(
    /^(?!.*multilaunch).*'multilunch'/,
  )
})

test.each<[string, (session: Session) => void]>([
  ['pause', (session) => session.pause()],
  ['hold', (session) => session.hold()],
])('session.%s() launches nothing until resume()', async (_, pause) => {
  const { app, session, clock } = setUp()
  const task = app.task('a', 'every 1 minute', () => {})
  await app.start()
  await clock.advance('90 seconds')
  pause(session)
  expect(session.state).toBe('held')
  const last = task.lastRun
  await clock.advance('1 hour')
  expect(task.lastRun).toEqual(last)
  session.resume()
  await clock.advance('1 minute')
  expect(task.lastRun).not.toEqual(last)
})

test.each<[string, () => unknown]>([
  ['skipRun()', () => skipRun('nothing new')],
  ['inaction()', () => inaction('nothing new')],
  ['SkipRun', () => Promise.reject(new SkipRun('nothing new'))],
  ['Inaction', () => Promise.reject(new Inaction('nothing new'))],
])('%s ends a run as inaction', async (_, work) => {
  const { app, clock } = setUp()
  const task = app.task('a', false, work)
  await app.start()
  const handle = task.run()
  await clock.settled()
  expect(await handle).toMatchObject({ action: 'inaction', reason: 'nothing new' })
})
