/** A store that cannot write for a while: launches, waiting runs and reports. Also masked secrets and omitted values. */
import { afterEach, expect, test } from '@jest/globals'
import { createMemoryStore, env, type LogEntry, type News, resilientStore, secret } from 'gantry'
import { durableStore } from '../../support/durable-store.ts'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const full = new Error('the disk is full')

/** Creates a store that the session treats as durable, and that the test can make unavailable. */
function removable(fail: () => void | Promise<void> = () => Promise.reject(full)) {
  const inner = createMemoryStore({ retention: {} })
  const written: LogEntry[] = []
  let isDown = false
  const store = durableStore(inner, (entries) => {
    if (isDown) return fail()
    inner.append(entries)
    written.push(...entries)
  })
  return { store, written, down: (is: boolean) => void (isDown = is) }
}

const warnings = (news: readonly News[]): string[] =>
  news.flatMap((each) => (each.type === 'session.warning' ? [each.message] : []))

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('pause: nothing launches while the log cannot be written, and launching continues when it can', async () => {
  const { store, down, written } = removable()
  const { app, session, news } = setUp({ store, relaunchDelay: '1 minute' })
  let runs = 0
  const task = app.task('t', false, () => void runs++)
  await app.start()
  await task.run()
  down(true)
  // The next run detects it: its start is not recorded, so its work does not begin.
  const second = task.run()
  await until(() => session.log.health.state === 'degraded')
  const other = app.task('other', 'every 1 hour', () => void runs++)
  await new Promise((resolve) => setImmediate(resolve))
  expect(runs).toBe(1)
  expect(other.explain().sentence).toBe(
    'the run log cannot be written, so nothing launches: the disk is full',
  )
  expect(other.explain().blockers.map(({ kind }) => kind)).toEqual(['log'])
  expect(other.nextRuns()).toEqual([])
  expect((await session.forecast()).runs).toEqual([])
  down(false)
  await until(() => session.log.health.state === 'ok')
  expect((await second).action).toBe('success')
  await until(() => other.status === 'success')
  expect(news.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['session.degraded', 'session.warning', 'session.recovered']),
  )
  const seqs = written.map(({ seq }) => seq)
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  expect(new Set(seqs).size).toBe(seqs.length)
})

test('a store that throws synchronously counts as unavailable: it is reported, and no run is lost', async () => {
  const { store, down, written } = removable(() => {
    throw full
  })
  const { app, session, news } = setUp({ store })
  const task = app.task('t', false, () => 'done')
  await app.start()
  down(true)
  const first = task.run()
  await until(() => session.log.health.state === 'degraded')
  const second = task.run()
  expect(warnings(news)).toContain('The run log cannot be written: the disk is full')
  expect(task.status).toBe('run')
  down(false)
  expect((await first).action).toBe('success')
  expect((await second).action).toBe('success')
  await until(() => session.log.health.state === 'ok')
  expect(written.flatMap((entry) => ('action' in entry ? [entry.action] : []))).toEqual([
    'run',
    'success',
    'run',
    'success',
  ])
  expect(news.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['session.degraded', 'session.recovered']),
  )
})

test.each([
  ['rejects', () => Promise.reject(full)],
  ['never answers', () => new Promise<void>(() => {})],
])('a stop ends while the store %s, and warns about lost records', async (_, fail) => {
  const { store, down } = removable(fail)
  const guard = resilientStore(store, { retryMs: 1, slowAfterMs: 5, closeWithinMs: 10 })
  const { app, session, news } = setUp({ store: guard })
  const task = app.task('t', false, () => {})
  await app.start()
  down(true)
  const lost = task.run()
  await until(() => session.log.health.state === 'degraded')
  session.shutDown()
  await session.stopped
  expect((await lost).action).toBe('fail')
  expect(warnings(news).join()).toMatch(/could not be recorded/)
})

test('a logger that throws affects neither work nor the session', async () => {
  const fails = (): never => {
    throw new Error('the logger is broken')
  }
  const { app } = setUp({ logger: { debug: fails, info: fails, warn: fails, error: fails } })
  const task = app.task('t', false, (_, run) => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) run.log[level]('said')
  })
  await app.start()
  expect((await task.run()).action).toBe('success')
})

test('buffer: runs continue, and their records are written in order when the log is available', async () => {
  const { store, down, written } = removable()
  const { app, session } = setUp({ store, log: { whenDown: 'buffer' } })
  const task = app.task('t', false, () => {})
  await app.start()
  down(true)
  for (let n = 0; n < 5; n++) expect((await task.run()).action).toBe('success')
  // Ten records, and notes about the start of the session that are not written yet.
  expect(session.log.health.state).toBe('degraded')
  expect(session.log.health.waiting).toBeGreaterThanOrEqual(10)
  const recorded = (): readonly number[] => written.flatMap((entry) => ('action' in entry ? [entry.seq] : []))
  expect(recorded()).toEqual([])
  down(false)
  await until(() => session.log.health.state === 'ok')
  expect(recorded()).toHaveLength(10)
  expect(recorded()).toEqual([...recorded()].sort((a, b) => a - b))
})

test('secrets are masked in the errors and params of the log', async () => {
  const { app, session } = setUp()
  process.env.GANTRY_TEST_KEY = 'hunter2hunter2'
  const task = app.task('t', false, { args: { key: secret(env('GANTRY_TEST_KEY')) } }, ({ key }) => {
    throw new Error(`refused: ${key}`)
  })
  await app.start()
  await task.run({ password: 'opensesame', n: 1 })
  delete process.env.GANTRY_TEST_KEY
  const [end, start] = await session.log.query({ task: 't' })
  expect(end?.error?.message).toBe('refused: (redacted)')
  expect(JSON.stringify([end, start])).not.toMatch(/hunter2|opensesame/)
  expect(start?.params).toEqual({ password: '(redacted)', n: 1 })
})

test('a return that is too large is omitted with the reason, and a serializer converts values to JSON', async () => {
  const { app, session } = setUp({
    log: {
      maxValueSize: 100,
      serializer: {
        toJson: (value) => (value instanceof Set ? { set: [...value] } : value),
        fromJson: (json) => new Set((json as { set: unknown[] }).set),
      },
    },
  })
  app.task('large', false, () => 'x'.repeat(200))
  app.task('set', false, () => new Set([1]))
  await app.start()
  await session.run('large', 'set')
  const [large] = await session.log.query({ task: 'large', action: 'success' })
  expect(large?.omitted).toMatch(/^value: .*100/)
  expect((await session.log.query({ task: 'set', action: 'success' }))[0]?.value).toEqual({ set: [1] })
})

test.each([
  [{ whenDown: 'stop' }, RangeError],
  [{ whenDwon: 'pause' }, /Did you mean 'whenDown'/],
  [{ retention: { maxAge: 'long' } }, /maxAge/],
  [{ retention: { maxRecords: 0 } }, RangeError],
  [{ redact: true }, TypeError],
  [{ serializer: {} }, TypeError],
])('the invalid log option %j is refused', (log, problem) => {
  expect(() => setUp({ log: log as never })).toThrow(problem as never)
})
