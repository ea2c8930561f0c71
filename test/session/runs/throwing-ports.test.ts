/** Executors, serializers and clocks that throw synchronously: each run has an outcome, and the session continues. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { arg, createApp, createMemoryStore, type Session } from 'gantry'
import { TestClock } from 'gantry/testing'
import type { Executor } from '../../../src/executors/executor.ts'
import { internalsOf } from '../../../src/session/state/session-internals.ts'
import { silent } from '../../support/silent.ts'

const at = { at: '2026-11-24T12:00', zone: 'UTC' }
const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop()
})

async function setUp(options: Parameters<typeof createApp>[0] = {}, clock = new TestClock(at)) {
  const app = createApp({ clock, timezone: 'UTC', logger: silent, ...options })
  const { session } = app
  const warned: string[] = []
  session.on('session.warning', ({ kind, message }) => warned.push(`${kind}: ${message}`))
  open.push({
    async stop() {
      session.shutDown({ force: true })
      await clock.settled()
    },
  })
  await app.start()
  /** Returns whether the session still runs tasks. */
  const isAlive = async () => {
    app.task('after', false, () => 'alive')
    return (await session.task('after').run()).action === 'success' && session.state === 'running'
  }
  return { app, session, clock, warned, isAlive }
}

const executorThat = (execute: Executor['execute']): Executor => ({
  kind: 'async',
  isExclusive: false,
  execute,
})
const broken = (): never => {
  throw new Error('the executor is broken')
}

/** The executors of the session, to be replaced. */
const executorsOf = (session: Session) => internalsOf(session).executors as Map<string, Executor>

describe('an executor', () => {
  test.each<[string, Record<string, unknown>]>([
    ['at once', {}],
    ['after args that take time', { args: { a: arg(async () => 1) } }],
  ])(
    'that throws %s makes the run fail with the error, and a warning names the executor',
    async (_, options) => {
      const { app, session, warned, isAlive } = await setUp()
      const executors = executorsOf(session)
      const good = executors.get('async')!
      executors.set('async', executorThat(broken))
      app.task('a', false, { execution: 'async', ...options }, () => {})
      expect(await session.task('a').run()).toMatchObject({
        action: 'fail',
        error: { message: 'the executor is broken' },
      })
      expect(warned).toEqual(["executor: Executor 'async' threw at a run of task 'a': the run fails."])
      executors.set('async', good)
      expect(await isAlive()).toBe(true)
    },
  )

  test('that settles and then throws does not change the outcome of the run', async () => {
    const { app, session } = await setUp()
    executorsOf(session).set(
      'async',
      executorThat((_work, _args, _context, settle) => {
        settle({ kind: 'returned', value: 5 })
        return broken()
      }),
    )
    app.task('a', false, { execution: 'async' }, () => {})
    expect(await session.task('a').run()).toMatchObject({ action: 'success', value: 5 })
    expect(session.task('a').isRunning).toBe(false)
  })

  test('that throws at a termination ends the run after its grace', async () => {
    const { app, session, clock, warned } = await setUp()
    executorsOf(session).set(
      'async',
      executorThat(() => ({ end: broken })),
    )
    app.task('a', false, { execution: 'async', graceMs: 1_000 }, () => {})
    const run = session.task('a').run()
    await clock.settled()
    session.task('a').terminate()
    await clock.advance('2 seconds')
    expect(await run).toMatchObject({ action: 'terminate' })
    expect(warned).toEqual(["executor: Executor 'async' threw when it was to end a run of task 'a'."])
  })
})

test.each([
  ['an error', new Error('no')],
  ['a value that cannot be converted to text', Object.create(null)],
])('a serializer that throws %s omits the return value from the record', async (_, thrown) => {
  const fail = (): never => {
    throw thrown
  }
  const { app, session, isAlive } = await setUp({
    store: createMemoryStore(),
    log: { serializer: { toJson: fail, fromJson: fail } },
  })
  app.task('a', false, () => 5)
  expect(await session.task('a').run()).toMatchObject({ action: 'success' })
  const [record] = await session.log.query({ task: 'a', action: 'success' })
  expect(record!.omitted).toMatch(/^value: the serializer refused it: /)
  expect(await isAlive()).toBe(true)
})

class BrokenClock extends TestClock {
  breaks: string | null = null

  override callAfter(ms: number, call: () => void): () => void {
    if (this.breaks === 'callAfter') throw new Error('the clock is broken')
    return super.callAfter(ms, call)
  }

  override launched(task: string): void {
    if (this.breaks === 'launched') throw new Error('the clock is broken')
    super.launched?.(task)
  }
}

test.each([
  ['callAfter', { action: 'fail', error: { message: 'the clock is broken' } }],
  ['launched', { action: 'success' }],
])(
  'a clock that throws in %s during a run: the run has an outcome, and the session continues',
  async (method, outcome) => {
    const clock = new BrokenClock(at)
    const { app, session, isAlive } = await setUp({}, clock)
    app.task('a', false, () => {})
    clock.breaks = method
    const run = session.task('a').run()
    await clock.settled()
    clock.breaks = null
    expect(await run).toMatchObject(outcome)
    expect(await isAlive()).toBe(true)
  },
)
