/** Signals of a session on a test clock: the time that it waits, its messages, and its listeners. */
import { afterEach, expect, test } from '@jest/globals'
import { createApp, createMemoryStore, type SessionOptions, type Store } from 'gantry'
import { TestClock } from 'gantry/testing'
import { signalDrainMs } from '../../../src/session/lifecycle/signals.ts'

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const listeners = () => endings.map((signal) => process.listenerCount(signal))
const before = listeners()
afterEach(() => expect(listeners()).toEqual(before))

/** Emits a signal on `process`; only the session has a listener in a test. */
const signal = (name: (typeof endings)[number]): void => void process.emit(name, name)

function make(options: SessionOptions = {}) {
  const said: unknown[] = []
  const clock = new TestClock()
  const logger = { debug() {}, info() {}, warn: (line: unknown) => void said.push(line), error() {} }
  const app = createApp({ clock, logger, handleSignals: true, ...options })
  const ended: string[] = []
  app.session.on('run.ended', ({ task, action }) => void ended.push(`${task} ${action}`))
  const long = app.task('long', false, async (_, run) => {
    await clock.sleep(1_200_000, { signal: run.signal })
  })
  return { app, clock, said, ended, long }
}

test('without drainTimeout, a signal waits for three seconds, including shut-down tasks', async () => {
  const { app, clock, ended, long } = make()
  app.task('closes', false, { onShutdown: true }, async (_, run) => {
    await clock.sleep(1_200_000, { signal: run.signal })
  })
  await app.start()
  await long.run().started
  signal('SIGTERM')
  await clock.advance(signalDrainMs - 1)
  expect(ended).toEqual([])
  await clock.advance(1)
  await app.session.stopped
  expect(ended.sort()).toEqual(['closes terminate', 'long terminate'])
})

test('shutDown() without a signal waits without a limit', async () => {
  const { app, clock, ended, long } = make()
  await app.start()
  await long.run().started
  app.session.shutDown()
  await clock.advance(1_199_999)
  expect(ended).toEqual([])
  await clock.advance(1)
  await app.session.stopped
  expect(ended).toEqual(['long success'])
})

test.each([
  ['never', 1_200_000, 'success', 'waits for 1 run'],
  ['1 minute', 60_000, 'terminate', 'waits for up to 60 s for 1 run'],
] as const)('drainTimeout %s applies to signals', async (drainTimeout, ms, action, words) => {
  const { app, clock, ended, long, said } = make({ drainTimeout })
  await app.start()
  await long.run().started
  signal('SIGHUP')
  await clock.advance(ms)
  await app.session.stopped
  expect(ended).toEqual([`long ${action}`])
  expect(said).toEqual([expect.stringContaining(words)])
})

test('a signal logs nothing if no run is live, and a logger that throws does not prevent the stop', async () => {
  const { app, said } = make()
  await app.start()
  signal('SIGINT')
  await app.session.stopped
  expect(said).toEqual([])
  const warn = () => {
    throw new Error('the terminal is gone')
  }
  const other = make({ logger: { debug() {}, info() {}, warn, error() {} } })
  await other.app.start()
  await other.long.run().started
  signal('SIGHUP')
  signal('SIGHUP')
  await other.app.session.stopped
  expect(other.app.session.warnings).toEqual({ logger: expect.any(Number) })
})

test('the message counts all live runs and names five of their tasks', async () => {
  const { app, clock, said } = make({ multilaunch: true })
  const tasks = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    app.task(`t${n}`, false, async (_, run) => await clock.sleep(1_200_000, { signal: run.signal })),
  )
  await app.start()
  await Promise.all([...tasks, tasks[0]!].map((task) => task.run().started))
  signal('SIGINT')
  signal('SIGINT')
  await clock.advance(0)
  await app.session.stopped
  expect(said).toEqual([
    'SIGINT: the session shuts down and waits for up to 3 s for 8 runs (t1, t2, t3, t4, t5, …). Another Ctrl-C ends what still runs.',
    'SIGINT: the session shuts down and ends 8 runs (t1, t2, t3, t4, t5, …).',
  ])
})

test('signal listeners remain until the log is closed, so that a signal does not end the process before', async () => {
  let closed = (): void => {}
  let closing = (): void => {}
  const isClosing = new Promise<void>((resolve) => {
    closing = resolve
  })
  const memory = createMemoryStore()
  const store: Store = Object.assign(memory, {
    durable: true,
    close: () => {
      closing()
      return new Promise<void>((resolve) => {
        closed = resolve
      })
    },
  })
  const { app, said } = make({ store })
  await app.start()
  app.session.shutDown()
  await isClosing
  expect(listeners()).toEqual(before.map((count) => count + 1))
  signal('SIGINT')
  closed()
  await app.session.stopped
  expect(said).toEqual([expect.stringMatching(/^SIGINT: the run log is being closed\. Another Ctrl-C quits/)])
})
