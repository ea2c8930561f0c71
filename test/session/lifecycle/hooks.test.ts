/** Hooks: when each kind runs, the order of several, their forms, and hooks that throw. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { every, type HookKind, inaction, type SessionOptions } from 'gantry'
import { gate, lasting, runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

const kinds: readonly HookKind[] = ['startup', 'shutdown', 'cycle', 'task', 'run']

/** Runs a session from start to stop, with a main task that runs once. */
async function live(
  write: (desk: ReturnType<typeof setUp>) => void,
  options: SessionOptions = {},
): Promise<ReturnType<typeof setUp>> {
  const desk = setUp(options)
  write(desk)
  desk.app.task('a', every('1 day'), { execution: 'main' }, () => 5)
  await desk.app.start()
  await desk.clock.settled()
  desk.session.shutDown()
  await desk.session.stopped
  await desk.clock.settled()
  return desk
}

describe('a hook of kind', () => {
  test('startup runs before and after the start-up tasks', async () => {
    const order: string[] = []
    await live(({ app }) => {
      app.hook('startup', () => {
        order.push('before')
        return () => void order.push('after')
      })
      app.task('up', false, { onStartup: true, execution: 'main' }, () => void order.push('up'))
    })
    expect(order).toEqual(['before', 'up', 'after'])
  })

  test('shutdown runs before the shut-down tasks and after the end of the last run', async () => {
    const order: string[] = []
    const desk = setUp()
    const { app, session, clock } = desk
    app.hook('shutdown', () => {
      order.push('before')
      return () => void order.push('after')
    })
    app.task('down', false, { onShutdown: true }, () => void order.push('down'))
    app.task('slow', true, lasting(clock, 1000))
    session.on('run.ended', ({ task }) => void order.push(`${task} ended`))
    await app.start()
    await clock.settled()
    session.shutDown()
    await clock.advance('5 seconds')
    expect(order).toEqual(['before', 'down', 'down ended', 'slow ended', 'after'])
  })

  test('cycle runs around each cycle, and session.cycles increases before its after part', async () => {
    const { app, session, clock } = setUp()
    const order: string[] = []
    app.hook('cycle', () => {
      order.push(`before ${session.cycles}`)
      return () => void order.push(`after ${session.cycles}`)
    })
    app.task('a', every('1 minute'), { execution: 'main' }, () => void order.push('a'))
    await app.start()
    await clock.advance('60 seconds')
    expect(order).toEqual(['before 0', 'a', 'after 1', 'before 1', 'a', 'after 2'])
  })

  test('task runs around the creation of a task, and receives its name before and its handle after', async () => {
    const { app, session } = setUp()
    const seen: unknown[] = []
    app.hook('task', ({ name }) => {
      seen.push(name, session.has(name))
      return ({ value }) => void seen.push((value as { name?: string }).name, session.has(name))
    })
    app.task('a', false, () => {})
    expect(seen).toEqual(['a', false, 'a', true])
  })

  test('run runs around the work of each run, and receives the run before and the result after', async () => {
    const { app, session } = setUp()
    const seen: unknown[] = []
    app.hook('run', ({ run, task }) => {
      seen.push([task?.name, run.params, run.signal.aborted])
      return (result) => void seen.push(result)
    })
    app.task('good', false, () => 5)
    app.task('bad', false, () => Promise.reject(new Error('no')))
    app.task('idle', false, () => inaction())
    await app.start()
    for (const name of ['good', 'bad', 'idle']) await session.task(name).run({ n: 1 })
    expect(seen).toEqual([
      ['good', { n: 1 }, false],
      { outcome: 'success', value: 5 },
      ['bad', { n: 1 }, false],
      { outcome: 'fail', error: new Error('no') },
      ['idle', { n: 1 }, false],
      { outcome: 'inaction' },
    ])
  })

  test('run receives the outcome of a terminated run', async () => {
    const { app, session, clock } = setUp()
    const seen: unknown[] = []
    app.hook('run', () => (result) => void seen.push(result.outcome))
    app.task('slow', false, lasting(clock))
    await app.start()
    const handle = session.task('slow').run()
    await clock.settled()
    session.task('slow').terminate()
    expect((await handle).action).toBe('terminate')
    expect(seen).toEqual(['terminate'])
  })

  test('startup is added by app.setup(), and removed by the returned function', async () => {
    const { app, session } = setUp()
    const order: string[] = []
    const undo = app.setup(() => void order.push('first'))
    app.hook('startup', () => void order.push('second'))
    undo()
    undo()
    await app.start()
    session.shutDown()
    await session.stopped
    expect(order).toEqual(['second'])
  })
})

describe('forms of hooks', () => {
  test.each<[string, (order: string[]) => () => unknown]>([
    ['a function', (order) => () => void order.push('before')],
    [
      'a function that returns a function',
      (order) => () => {
        order.push('before')
        return () => void order.push('after')
      },
    ],
    [
      'an async function that returns an async function',
      (order) => async () => {
        await null
        order.push('before')
        return async () => {
          await null
          order.push('after')
        }
      },
    ],
    [
      'a generator',
      (order) =>
        function* () {
          order.push('before')
          const result: unknown = yield
          order.push(result === undefined ? 'no result' : 'after')
        },
    ],
    [
      'an async generator',
      (order) =>
        async function* () {
          order.push('before')
          const result: unknown = yield
          await null
          order.push(result === undefined ? 'no result' : 'after')
        },
    ],
  ])('%s runs at every kind', async (shape, make) => {
    for (const kind of kinds) {
      const order: string[] = []
      await live(({ app }) => app.hook(kind, make(order)))
      const times = order.length
      const expected = shape === 'a function' ? ['before'] : ['before', 'after']
      expect([kind, order]).toEqual([
        kind,
        Array(times / expected.length)
          .fill(expected)
          .flat(),
      ])
      expect(times).toBeGreaterThan(0)
    }
  })

  test('several hooks run in the order in which they were added, and so do their after parts', async () => {
    const { app, session } = setUp()
    const order: string[] = []
    for (const name of ['one', 'two'])
      app.hook('run', async () => {
        order.push(`${name} before`)
        return async () => void order.push(`${name} after`)
      })
    app.task('a', false, () => void order.push('work'))
    await app.start()
    await session.task('a').run()
    expect(order).toEqual(['one before', 'two before', 'work', 'one after', 'two after'])
  })

  test('the start, the work and the end of a run wait for async hooks', async () => {
    const { app, session, clock, news } = setUp()
    const [starts, runs] = [gate(), gate()]
    app.setup(() => starts.promise)
    app.hook('run', async () => () => runs.promise)
    app.task('a', true, () => {})
    const started = app.start()
    await clock.settled()
    expect(session.state).toBe('starting')
    starts.open()
    await started
    await clock.settled()
    expect(runsIn(news)).toEqual(['a started'])
    session.task('a').disable()
    runs.open()
    await clock.settled()
    expect(runsIn(news)).toEqual(['a started', 'a success'])
  })

  test('the context of each kind has the documented members', async () => {
    const seen = new Map<HookKind, string[]>()
    await live(({ app }) => {
      for (const kind of kinds) app.hook(kind, (context) => void seen.set(kind, Object.keys(context).sort()))
    })
    const common = ['clock', 'logger', 'options', 'params', 'session', 'signal', 'task']
    expect(Object.fromEntries(seen)).toEqual({
      startup: common,
      shutdown: common,
      cycle: common,
      task: [...common, 'name'].sort(),
      run: [...common, 'run'].sort(),
    })
  })

  test('app.hook() refuses an unknown kind, and a hook that is not a function', () => {
    const { app } = setUp()
    expect(() => app.hook('starup' as never, () => {})).toThrow(/'starup'/)
    expect(() => app.hook('startup', 5 as never)).toThrow(TypeError)
  })
})

const thrower = (where: 'before' | 'after') => {
  const bad = (): never => {
    throw new Error(`bad ${where}`)
  }
  return where === 'before' ? bad : () => bad
}

describe.each(kinds)('a %s hook that throws', (kind) => {
  test.each(['before', 'after'] as const)(
    '%s the event is reported, and other hooks and the task still run',
    async (where) => {
      let others = 0
      const { news, session } = await live(
        ({ app }) => {
          app.hook(kind, thrower(where))
          app.hook(kind, () => () => void others++)
        },
        { onError: 'log' },
      )
      expect(warningsIn(news)).toContain(kind === 'startup' ? 'setup' : 'hook')
      expect(others).toBeGreaterThan(0)
      expect(session.state).toBe('stopped')
      expect(session.task('a').status).toBe('success')
    },
  )

  test.each(['before', 'after'] as const)(
    '%s the event ends the session with its error, with onError: raise',
    async (where) => {
      const { app, session, clock } = setUp({ onError: 'raise' })
      app.hook(kind, thrower(where))
      const ran = app.run()
      const ended = expect(ran).rejects.toThrow(`bad ${where}`)
      await clock.settled()
      if (session.state === 'running') {
        app.task('a', every('1 day'), { execution: 'main' }, () => 5)
        await clock.settled()
      }
      if (session.state === 'running') session.shutDown()
      await ended
      expect(session.state).toBe('stopped')
    },
  )
})
