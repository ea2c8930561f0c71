/** A start-up hook that fails ends the start and releases all resources, unless `onError.setup` is `log`. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Hook, SetupError, type SurroundingHook } from 'gantry'
import { createMemoryStore } from '../../../src/log/stores/memory.ts'
import { runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

const problem = new RangeError('no database')

const hooks: [how: string, hook: SurroundingHook<'startup'> | Hook<'startup'>][] = [
  [
    'throws',
    () => {
      throw problem
    },
  ],
  ['rejects', () => Promise.reject(problem)],
  [
    'throws before its yield',
    // biome-ignore lint/correctness/useYield: it throws before its yield
    function* () {
      throw problem
    },
  ],
  [
    'throws in its after part',
    () => () => {
      throw problem
    },
  ],
]

describe.each(hooks)('a start-up hook that %s', (_, hook) => {
  test.each(['start', 'run'] as const)(
    'rejects %s() with a SetupError whose cause is the error',
    async (how) => {
      const { app, session, clock, news } = setUp()
      const undo = app.setup(hook)
      app.task('a', true, () => {})
      const error = await app[how]().then(
        () => null,
        (reason) => reason,
      )
      expect(error).toBeInstanceOf(SetupError)
      expect(error).toMatchObject({ cause: problem, message: expect.stringContaining('no database') })
      expect(session.state).toBe('stopped')
      expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
      expect(runsIn(news)).toEqual([])
      expect(warningsIn(news)).toEqual(['setup'])
      undo()
      await app.start()
      await clock.settled()
      expect(runsIn(news)).toEqual(['a started', 'a success'])
    },
  )

  test("does not end the start with onError: { setup: 'log' }", async () => {
    const { app, session, news } = setUp({ onError: { setup: 'log' } })
    app.setup(hook)
    await app.start()
    expect(session.state).toBe('running')
    expect(warningsIn(news)).toEqual(['setup'])
  })
})

test('after a failed start-up hook, earlier hooks receive the error, later hooks do not begin, and shut-down hooks run', async () => {
  const { app } = setUp()
  const said: unknown[] = []
  app.setup(() => (result) => void said.push(['first', result]))
  app.setup(() => () => {
    throw new Error('its own end')
  })
  app.setup(() => (result) => void said.push(['third', result]))
  app.setup(() => {
    throw problem
  })
  app.setup(() => void said.push('never'))
  app.hook('shutdown', () => void said.push('shut down'))
  await expect(app.start()).rejects.toThrow(SetupError)
  expect(said).toEqual([['first', { error: problem }], ['third', { error: problem }], 'shut down'])
})

test('start-up hooks that have begun receive the error of a store that fails to load', async () => {
  const store = createMemoryStore()
  store.load = () => {
    throw problem
  }
  const { app } = setUp({ store })
  const results: unknown[] = []
  app.setup(() => (result) => void results.push(result))
  await expect(app.start()).rejects.toBe(problem)
  expect(results).toEqual([{ error: problem }])
})

test('a failed start-up hook releases the signal listeners and the store', async () => {
  const store = Object.assign(createMemoryStore(), { durable: true })
  let closed = 0
  store.close = () => {
    closed += 1
  }
  const { app } = setUp({ store, handleSignals: true })
  const before = process.listenerCount('SIGTERM')
  let during = 0
  app.setup(() => {
    during = process.listenerCount('SIGTERM')
    throw problem
  })
  await expect(app.start()).rejects.toThrow(SetupError)
  expect([during, process.listenerCount('SIGTERM')]).toEqual([before + 1, before])
  expect(closed).toBe(1)
})

test('a start-up task that fails does not end the start', async () => {
  const { app, session, news } = setUp()
  app.task('a', false, { onStartup: true }, () => {
    throw problem
  })
  await app.start()
  expect(session.state).toBe('running')
  expect(runsIn(news)).toEqual(['a started', 'a fail'])
})
