import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type App,
  code,
  command,
  createApp,
  ExitError,
  type IsolatedRun,
  moduleArg,
  moduleWork,
  paramExists,
  type SessionOptions,
  shutDownWork,
  type TaskOptions,
} from 'gantry'
import { TestClock } from 'gantry/testing'
import { readTypeScript, workUrl } from '../../support/executors/far.ts'
import { silent } from '../../support/silent.ts'

type Both = typeof import('../../support/executors/work/thread-work.ts')
type Own = typeof import('../../support/executors/work/process-work.ts')
const both = <K extends keyof Both & string>(name: K) => moduleWork<Both, K>(workUrl, name)
const ownUrl = new URL('../../support/executors/work/process-work.ts', import.meta.url)
const own = <K extends keyof Own & string>(name: K) => moduleWork<Own, K>(ownUrl, name)

beforeAll(readTypeScript)

let app: App
const make = (options: SessionOptions = {}): App => {
  app = createApp({ logger: silent, ...options })
  return app
}
afterEach(async () => {
  if (app.session.state === 'stopped') return
  app.session.shutDown({ force: true })
  await app.session.stopped
})

describe.each(['async', 'main', 'thread', 'process'] as const)('moduleWork executed as %s', (execution) => {
  test('receives args, returns a value, and sees the run', async () => {
    make()
    const sum = app.task('sum', false, { execution, args: { a: 1, b: 2 } }, both('add'))
    const facts = app.task('facts', false, { execution }, both('facts'))
    const absent = app.task('absent', false, { execution }, moduleWork(new URL('./absent.ts', workUrl), 'x'))
    await app.start()
    const done: { action: string; value?: number } = await sum.run({ b: 40 })
    expect(done).toMatchObject({ action: 'success', value: 41 })
    expect(sum.lastValue).toBe(41)
    const heard: unknown[] = []
    app.session.on('run.progress', ({ progress, message }) => heard.push([progress, message]))
    expect(await facts.run()).toMatchObject({
      action: 'success',
      value: { task: 'facts', trigger: 'manual' },
    })
    expect(heard).toEqual([[0.5, 'half']])
    expect(await absent.run()).toMatchObject({ action: 'fail', error: { code: 'GANTRY_SETUP' } })
  })

  test('receives args that are made there, and only there', async () => {
    make()
    const there = moduleArg<Both, 'connect'>(workUrl, 'connect')
    const asks = app.task('asks', false, { execution, args: { there, n: 2 } }, both('asksConnection'))
    const absent = app.task(
      'absent',
      false,
      { execution, args: { there: moduleArg(workUrl, 'conect') } },
      both('asksConnection') as never,
    )
    const posing = { '~made': true, url: workUrl.href, name: 'connect' }
    await app.start()
    expect(await asks.run()).toMatchObject({ action: 'success', value: 'far 2' })
    expect(await asks.run({ there: posing })).toMatchObject({ action: 'fail', error: { name: 'TypeError' } })
    expect(await absent.run()).toMatchObject({ action: 'fail', error: { code: 'GANTRY_SETUP' } })
  })

  test('reports inaction and failures', async () => {
    make()
    const nothing = app.task('nothing', false, { execution }, both('nothing'))
    const fails = app.task('fails', false, { execution }, both('fails'))
    await app.start()
    expect(await nothing.run()).toMatchObject({ action: 'inaction', reason: 'nothing new' })
    expect(await fails.run()).toMatchObject({
      action: 'fail',
      error: { name: 'RangeError', message: 'too far' },
    })
  })
})

test('a thread that loops until run.signal is aborted ends by itself, with the reason, and is reused', async () => {
  make({ maxThreads: 1 })
  // Within this grace period nothing terminates the thread.
  const task = (name: string, options: TaskOptions) =>
    app.task(
      name,
      false,
      { execution: 'thread', graceMs: 3_600_000, args: { how: 'throwIfAborted' }, ...options } as never,
      both('loopsUntilTold') as never,
    )
  const aborted = task('aborted', {})
  const late = task('late', { timeout: 300 })
  const reports = app.task(
    'reports',
    false,
    { execution: 'thread', timeout: 300, graceMs: 3_600_000, args: { how: 'aborted' as const } },
    both('loopsUntilTold'),
  )
  const where = app.task('where', false, { execution: 'thread' }, both('where'))
  await app.start()
  const warned: unknown[] = []
  app.session.on('run.progress', ({ task }) => {
    if (task === 'aborted') aborted.terminate()
  })
  app.session.on('session.warning', ({ kind }) => warned.push(kind))
  const first = (await where.run()).value
  expect(await aborted.run()).toMatchObject({ action: 'terminate', reason: 'asked' })
  expect(await late.run()).toMatchObject({ action: 'terminate', reason: 'timeout' })
  expect(await reports.run()).toMatchObject({ action: 'success', value: 'GANTRY_RUN_TIMEOUT' })
  expect((await where.run()).value).toEqual(first)
  expect(warned).toEqual([])
})

describe.each(['thread', 'process'] as const)('a %s that', (execution) => {
  test('ends on the signal is a termination, with its reason, and frees its capacity', async () => {
    make({ maxThreads: 1, maxProcesses: 1 })
    const waits = app.task('waits', false, { execution, timeout: 300 }, both('untilTold'))
    const add = app.task('add', false, { execution, args: { a: 1, b: 1 } }, both('add'))
    await app.start()
    const run = waits.run()
    const next = add.run()
    expect(await run).toMatchObject({ action: 'terminate', reason: 'timeout' })
    expect(await next).toMatchObject({ action: 'success' })
  })

  test('does not end on the signal is terminated after its grace period; others launch meanwhile', async () => {
    make()
    const loops = app.task('loops', false, { execution, graceMs: 50 }, both('loops'))
    let others = 0
    app.task('other', 'every 20 ms', () => void others++)
    await app.start()
    const isUnderWay = new Promise((resolve) => app.session.on('run.progress', resolve))
    const run = loops.run()
    await isUnderWay
    const before = others
    loops.terminate()
    expect(await run).toMatchObject({ action: 'terminate', reason: 'asked' })
    expect(others).toBeGreaterThanOrEqual(before)
    expect(app.session.runs().some(({ task }) => task === 'loops')).toBe(false)
    expect(app.session.warnings['late-result']).toBeUndefined()
  })

  test('exits has failed, and the task may run again', async () => {
    make()
    const exits = app.task('exits', false, { execution, args: { code: 3 } }, both('exits'))
    await app.start()
    for (let n = 0; n < 2; n++) {
      const { action, error } = await exits.run()
      expect(action).toBe('fail')
      expect(error).toBeInstanceOf(ExitError)
    }
  })

  test('receives a value that cannot be cloned fails, and the arg is named', async () => {
    make()
    const echo = app.task('echo', false, { execution, args: { value: [{ f: () => 1 }] } }, both('echo'))
    await app.start()
    expect(await echo.run()).toMatchObject({
      action: 'fail',
      error: {
        code: 'GANTRY_SETUP',
        message: expect.stringMatching(/arg 'value' .*a function at value\[0\]\.f/),
      },
    })
  })
})

test('a process that ignores SIGTERM, or leaves a grandchild, is gone with its session', async () => {
  make()
  const deaf = app.task('deaf', false, { execution: 'process', graceMs: 50 }, own('ignoresSigterm'))
  await app.start()
  const isUnderWay = new Promise((resolve) => app.session.on('run.progress', resolve))
  const run = deaf.run()
  await isUnderWay
  app.session.shutDown({ force: true })
  expect(await run).toMatchObject({ action: 'terminate', reason: 'shut-down' })
  await app.session.stopped
})

test.each(['async', 'thread', 'process'] as const)(
  'a run executed as %s reports its progress and its last lines',
  async (execution) => {
    make()
    const talks = app.task('talks', false, { execution }, both('talksAndWaits'))
    await app.start()
    const run = talks.run()
    while (talks.runs[0]?.lines.length !== 3) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(talks.runs).toMatchObject([
      { id: run.id, progress: 0.25, message: 'talking', lines: ['one', 'two { n: 2 }', 'three'] },
    ])
    run.terminate()
    expect((await run).action).toBe('terminate')
  },
)

describe.each(['thread', 'process'] as const)('a shut-down while a %s runs', (execution) => {
  const waiting = async (options: SessionOptions = {}, taskOptions: TaskOptions = {}) => {
    make(options)
    const task = app.task('waits', false, { execution, ...taskOptions }, both('untilTold'))
    await app.start()
    const isUnderWay = new Promise((resolve) => app.session.on('run.progress', resolve))
    const run = task.run()
    await isUnderWay
    return { run, state: () => app.session.state }
  }

  test('waits for it; the second call ends it', async () => {
    const { run, state } = await waiting()
    app.session.shutDown()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(state()).toBe('stopping')
    app.session.shutDown()
    expect(await run).toMatchObject({ action: 'terminate', reason: 'shut-down' })
    await app.session.stopped
  })

  test('ends it when drainTimeout is over', async () => {
    const { run } = await waiting({ drainTimeout: 50 })
    app.session.shutDown()
    expect(await run).toMatchObject({ action: 'terminate', reason: 'shut-down' })
    await app.session.stopped
  })

  test('an end condition and a removal end it, too', async () => {
    const first = await waiting({}, { end: paramExists('enough') })
    app.session.params.set('enough', true)
    expect(await first.run).toMatchObject({ action: 'terminate', reason: 'end condition' })
    app.session.shutDown()
    await app.session.stopped
    const second = await waiting()
    await app.session.removeTask('waits')
    expect(await second.run).toMatchObject({ action: 'terminate', reason: 'removed' })
  })
})

describe('commands and code in a session', () => {
  test('have a fixed execution', async () => {
    make({ execution: 'process' })
    const hello = app.task('hello', false, { args: { n: 3 } }, command('echo hello'))
    const sum = app.task(
      'sum',
      false,
      { execution: 'async', args: { a: 1, b: 2 } },
      code<number>('return a + b'),
    )
    const exclusive = app.task('exclusive', false, { execution: 'main' }, command('echo alone'))
    expect([hello.execution, sum.execution, exclusive.execution]).toEqual(['command', 'thread', 'main'])
    await app.start()
    expect(await hello.run({ n: 4 })).toMatchObject({ action: 'success', value: 'hello --n 4\n' })
    expect(await sum.run()).toMatchObject({ action: 'success', value: 3 })
    expect(await exclusive.run()).toMatchObject({ action: 'success', value: 'alone\n' })
  })

  test('an aborted command gets SIGTERM; one that ignores it gets SIGKILL', async () => {
    make()
    const sleeps = app.task('sleeps', false, command('sleep 600'))
    const deaf = app.task(
      'deaf',
      false,
      { graceMs: 50 },
      command('trap "" TERM; echo deaf; sleep 600; sleep 600', { shell: true }),
    )
    await app.start()
    for (const task of [sleeps, deaf]) {
      const run = task.run()
      await run.started
      task.terminate()
      expect(await run).toMatchObject({ action: 'terminate', reason: 'asked' })
    }
  })

  test('functions that cannot be cloned are refused when the task is added', () => {
    make({ execution: 'thread' })
    expect(() => app.task('f', false, () => 1)).toThrow(/functions cannot be sent/)
    expect(() => app.task('g', false, { execution: 'process' }, () => 1)).toThrow(/functions cannot be sent/)
    expect(() => app.task('h', false, { execution: 'command' }, () => 1)).toThrow(/as a command/)
    app.task('i', false, { execution: 'async' }, () => 1)
  })

  test('shutDownWork shuts down', async () => {
    make({ execution: 'thread' })
    const close = app.task('close', false, shutDownWork())
    await app.start()
    expect(await close.run()).toMatchObject({ action: 'success' })
    await app.session.stopped
  })
})

test('a loop blocked by main work is reported with the name of the task, and nothing is lost after it', async () => {
  make()
  const hold = app.task('hold', false, { execution: 'main' }, () => {
    const until = performance.now() + 700
    while (performance.now() < until);
  })
  const after = app.task('after', false, () => 'on time')
  await app.start()
  const news: unknown[] = []
  app.session.on('session.warning', ({ kind, task }) => news.push([kind, task]))
  const [held, other] = await Promise.all([hold.run(), after.run()])
  expect([held.action, other.action]).toEqual(['success', 'success'])
  expect(news).toEqual([['loop-lag', 'hold']])
})

test('a loop blocked after an await is reported with the live tasks, without a culprit', async () => {
  make()
  const hold = app.task('hold', false, async (_, run: IsolatedRun) => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    const until = performance.now() + 1200
    while (performance.now() < until) if (run.signal.aborted) return
  })
  await app.start()
  const warning = new Promise((resolve) => app.session.on('session.warning', resolve))
  await hold.run()
  const { kind, message, task } = (await warning) as { kind: string; message: string; task?: string }
  expect([kind, task]).toEqual(['loop-lag', undefined])
  expect(message).toContain("running at that time: 'hold'")
})

describe('on a TestClock', () => {
  test('time waits for work in threads: one run a day', async () => {
    // The limit is far beyond any machine's: what ends the wait is the end of the work.
    const clock = new TestClock({ at: '2026-03-01T00:00', zone: 'UTC', waitForWork: '1 hour' })
    make({ clock, timezone: 'UTC' })
    const task = app.task(
      'daily',
      'daily after 07:00',
      { execution: 'thread', args: { a: 1, b: 2 } },
      both('add'),
    )
    await app.start()
    await clock.advance('3 days')
    const ran = (await task.log.query({ action: 'success' })).map(({ at }) => new Date(at).toISOString())
    expect(ran).toEqual(['2026-03-03T07:00:00.000Z', '2026-03-02T07:00:00.000Z', '2026-03-01T07:00:00.000Z'])
  })

  test('but not forever: a timeout terminates work that does not end', async () => {
    const clock = new TestClock({ at: '2026-03-01T00:00', zone: 'UTC', waitForWork: '10 ms' })
    make({ clock })
    const task = app.task('loops', false, { execution: 'thread', timeout: '1 hour' }, both('loops'))
    await app.start()
    const run = task.run()
    await clock.advance('2 hours')
    expect(await run).toMatchObject({ action: 'terminate', reason: 'timeout' })
  })

  test.each(['thread', 'process'] as const)(
    'work in a %s that ends on the signal ends before time goes on',
    async (execution) => {
      const clock = new TestClock({ at: '2026-03-01T00:00', zone: 'UTC', waitForWork: '1 hour' })
      make({ clock })
      const waits = app.task('waits', false, { execution, graceMs: 1 }, both('untilTold'))
      await app.start()
      const isUnderWay = new Promise((resolve) => app.session.on('run.progress', resolve))
      const run = waits.run()
      await isUnderWay
      waits.terminate()
      await clock.advance('1 day')
      expect(await run).toMatchObject({ action: 'terminate', reason: 'asked' })
      expect((await waits.log.query({ action: 'terminate' })).map(({ at }) => at)).toEqual([
        Date.UTC(2026, 2, 1),
      ])
    },
  )

  test('a terminated run does not hold the clock', async () => {
    const clock = new TestClock({ at: '2026-03-01T00:00', zone: 'UTC', waitForWork: '1 hour' })
    make({ clock })
    const loops = app.task('loops', false, { execution: 'thread', graceMs: 1 }, both('loops'))
    await app.start()
    const isUnderWay = new Promise((resolve) => app.session.on('run.progress', resolve))
    const run = loops.run()
    await isUnderWay
    loops.terminate()
    await clock.jump('1 second')
    expect(await run).toMatchObject({ action: 'terminate', reason: 'asked' })
    await clock.advance('1 day')
  })
})
