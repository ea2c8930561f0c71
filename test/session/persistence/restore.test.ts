/** A log that outlives the process: a new app with the same store has the history of the previous one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import {
  afterSuccess,
  createMemoryStore,
  daily,
  every,
  inaction,
  retry,
  returnOf,
  type Store,
  succeeded,
} from 'gantry'
import { type Desk, gate, lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-restore-'))
afterEach(tearDown)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newStore = (): string => `jsonl:${join(folder, `${++files}.jsonl`)}`

/** Adds the tasks to the app of one process. */
type Write = (desk: Desk) => void

/** Runs one process for the time `first`, and starts the next one with the same log after `pause`. */
async function processes(write: Write, first: string, pause: string, store = newStore()): Promise<Desk> {
  const before = setUp({ store })
  write(before)
  await before.app.start()
  await before.clock.advance(first)
  before.session.shutDown()
  await before.session.stopped
  const after = setUp({ store })
  await after.clock.advance(first)
  await after.clock.advance(pause)
  write(after)
  await after.app.start()
  await after.clock.settled()
  return after
}

test('the status, times and actor state of a task are those of its last records', async () => {
  const write: Write = ({ app, clock }) => {
    app.task('good', every('1 hour'), async () => await clock.sleep(1000))
    app.task('bad', every('1 hour'), () => Promise.reject(new Error('no')))
    app.task('idle', every('1 hour'), () => inaction())
    app.task('never', false, () => {})
  }
  const { session } = await processes(write, '10 minutes', '10 minutes')
  const seen = session.tasks().map(({ name, status, state }) => [name, status, state] as const)
  expect(seen).toEqual([
    ['good', 'success', 'idle'],
    ['bad', 'fail', 'failed'],
    ['idle', 'inaction', 'idle'],
    ['never', null, 'idle'],
  ])
  expect(session.task('good').lastRun?.toISO()).toBe('2026-11-24T12:00:00.000Z')
  expect(session.task('good').lastSuccess?.toISO()).toBe('2026-11-24T12:00:01.000Z')
  expect(session.task('bad').actor.getSnapshot().context.lastOutcome).toBe('fail')
  expect(await session.task('bad').log.query()).toHaveLength(2)
})

test.each<[string, Write, string, string, string[]]>([
  ['daily: done for today', ({ app }) => app.task('a', daily, () => {}), '1 hour', '10 hours', []],
  [
    'daily: the next day',
    ({ app }) => app.task('a', daily, () => {}),
    '1 hour',
    '12 hours',
    ['a started', 'a success'],
  ],
  ['every: not yet', ({ app }) => app.task('a', every('2 hours'), () => {}), '30 minutes', '89 minutes', []],
  [
    'every: due again',
    ({ app }) => app.task('a', every('2 hours'), () => {}),
    '30 minutes',
    '90 minutes',
    ['a started', 'a success'],
  ],
  [
    'after: has already run after the other task',
    ({ app }) => {
      app.task('a', daily, () => {})
      app.task('b', afterSuccess('a'), () => {})
    },
    '1 hour',
    '1 hour',
    [],
  ],
  [
    'a count in a period',
    ({ app }) => {
      app.task('a', 'every 20 minutes & time of day between 12:00 and 13:00', () => {})
      app.task('b', succeeded('a').today.atLeast(3).and(daily), () => {})
    },
    '30 minutes',
    '15 minutes',
    ['a started', 'a success', 'b started', 'b success'],
  ],
  [
    'retry: earlier failures count',
    ({ app }) => void app.task('a', retry(1, { delay: '1 hour' }), () => Promise.reject(new Error('no'))),
    '10 minutes',
    '2 hours',
    [],
  ],
])('conditions continue with the history: %s', async (_, write, first, pause, runs) => {
  const { news } = await processes(write, first, pause)
  expect(runsIn(news)).toEqual(runs)
})

test('returnOf() has the value of the previous process', async () => {
  const seen: unknown[] = []
  const write: Write = ({ app }) => {
    const a = app.task('a', daily, () => ({ rows: [1, 2] }))
    app.task('b', false, { args: { made: returnOf(a) } }, ({ made }) => void seen.push(made))
  }
  const { session } = await processes(write, '1 minute', '1 minute')
  expect(session.task('a').lastValue).toEqual({ rows: [1, 2] })
  await session.task('b').run()
  expect(seen).toEqual([{ rows: [1, 2] }])
})

test('a run that the previous process did not end becomes a crash with its start time', async () => {
  const store = newStore()
  const { createJsonlStore } = await import('../../../src/log/index.ts')
  const file = store.slice('jsonl:'.length)
  const dead = createJsonlStore(file)
  await dead.load()
  const at = Date.UTC(2026, 10, 24, 11)
  await dead.append([{ seq: 1, task: 'a', runId: 'r1', action: 'run', at, start: at }])
  await dead.close()
  const { app, session, news } = setUp({ store })
  app.task('a', daily, () => {})
  await app.start()
  const records = await session.task('a').log.query({ action: 'crash' })
  expect(records).toHaveLength(1)
  expect(records[0]).toMatchObject({ runId: 'r1', start: at, reason: expect.any(String) })
  expect(session.task('a').lastCrash?.toMillis()).toBe(records[0]?.at)
  // A crash does not prevent a later run.
  expect(runsIn(news)).toEqual([])
  expect((await session.task('a').run()).action).toBe('success')
})

test('a task that is created while the session runs has its history', async () => {
  const store = newStore()
  const write: Write = ({ app }) => void app.task('a', daily, () => Promise.reject(new Error('no')))
  await processes(write, '1 minute', '1 minute', store)
  await tearDown()
  const { app, session, clock, news } = setUp({ store })
  await app.start()
  await clock.advance('5 minutes')
  const task = session.createTask('a', daily, () => {})
  await clock.settled()
  expect([task.status, task.state]).toEqual(['fail', 'failed'])
  expect(runsIn(news)).toEqual([])
})

test('a session that starts again in the same process opens the log that its stop closed', async () => {
  const { app, session, clock } = setUp({ store: newStore() })
  app.task('a', every('1 hour'), () => {})
  app.task('slow', false, lasting(clock, 1000))
  for (let n = 0; n < 3; n++) {
    await app.start()
    await clock.advance('1 hour')
    session.shutDown()
    await session.stopped
  }
  await app.start()
  expect(await session.task('a').log.query({ action: 'success' })).toHaveLength(4)
  const seqs = (await session.log.query()).map(({ seq }) => seq)
  expect(seqs).toHaveLength(8)
  expect(new Set(seqs).size).toBe(8)
})

test('a store that opens asynchronously: the start waits for it, and a task can be inspected before', async () => {
  const { promise, open } = gate<Store>()
  const { clock, app } = setUp({ store: () => promise })
  const task = app.task('t', true, () => {})
  expect([task.status, task.explain().isDue]).toEqual([null, false])
  const started = app.start()
  await clock.settled()
  expect(task.status).toBeNull()
  open(createMemoryStore())
  await started
  await clock.settled()
  expect(task.status).toBe('success')
})

test('a store that fails to open rejects the start with its reason, without an unhandled rejection, and a later start may succeed', async () => {
  let isThere = false
  const { app, session } = setUp({
    store: async () => {
      if (!isThere) throw new Error('no database')
      return createMemoryStore()
    },
  })
  await new Promise(setImmediate)
  await expect(app.start()).rejects.toThrow('no database')
  expect(session.state).toBe('stopped')
  isThere = true
  await app.start()
  expect(session.state).toBe('running')
})
