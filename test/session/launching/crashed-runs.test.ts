/** Runs whose process died: they are recorded as `crash` at the next start, and run again with `onCrash: 'rerun'`. */
import { expect, test } from '@jest/globals'
import { createApp, createMemoryStore, type RunRecord, type Store, type TaskOptions } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

const noon = Date.UTC(2026, 10, 24, 12)

/** Creates a store with the records of an earlier process. */
function leftBehind(records: readonly Partial<RunRecord>[], lastBeat: number | null = null): Store {
  const store = createMemoryStore()
  store.append(records.map((record, i) => ({ seq: i + 1, task: 't', ...record })) as RunRecord[])
  return Object.assign(store, { lastBeat: () => lastBeat })
}

async function start(store: Store, options: TaskOptions = {}) {
  const clock = new TestClock({ at: noon, zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, store })
  const runs: unknown[] = []
  const said: string[] = []
  app.session.on('session.warning', ({ message }) => said.push(message))
  app.task(
    't',
    false,
    options,
    (_, run) => void runs.push([run.trigger, run.params, run.period?.start.toISO()]),
  )
  const session = await app.start()
  await clock.settled()
  const records = await session.log.query({ task: 't' })
  session.shutDown()
  await session.stopped
  return { records, runs, said, task: session.task('t') }
}

const open: Partial<RunRecord> = {
  runId: '1',
  action: 'run',
  at: noon - 60_000,
  start: noon - 60_000,
  params: { day: 'Mon' },
  period: { start: Date.UTC(2026, 10, 24), end: Date.UTC(2026, 10, 25) },
}

test('a run without an end becomes a crash at the time of the last heartbeat, and so does the status of its task', async () => {
  const { records, runs, task } = await start(leftBehind([open], noon - 42_000))
  expect(records[0]).toMatchObject({
    runId: '1',
    action: 'crash',
    at: noon - 42_000,
    start: noon - 60_000,
    reason: 'the process ended while it ran',
  })
  expect(task.status).toBe('crash')
  expect(runs).toEqual([])
})

test.each([
  ['never before the run', noon - 90_000, noon - 60_000],
  ['never after now', noon + 90_000, noon],
])('the time of a crash is %s', async (_, beat, at) => {
  expect((await start(leftBehind([open], beat))).records[0]!.at).toBe(at)
})

test("onCrash: 'rerun' runs a crashed run again with its params and its period", async () => {
  const { records, runs } = await start(leftBehind([open]), { onCrash: 'rerun' })
  expect(runs).toEqual([['retry', { day: 'Mon' }, '2026-11-24T00:00:00.000Z']])
  expect(records.map(({ action }) => action)).toEqual(['success', 'run', 'crash', 'run'])
})

test("onCrash: 'rerun' stops after three crashes in a row, with a warning", async () => {
  const crashed = ['1', '2'].flatMap((runId) => [
    { ...open, runId },
    { runId, action: 'crash' as const, at: noon - 50_000 },
  ])
  const { runs, said } = await start(leftBehind([...crashed, { ...open, runId: '3' }]), { onCrash: 'rerun' })
  expect(runs).toEqual([])
  expect(said).toEqual(["Task 't' crashed 3 times in a row; it is not run again by itself."])
})

test.each([
  ['a secret is masked', { password: '(redacted)', day: 'Mon' }, 'param password: a secret in it is masked'],
  ['a param is left out', { day: 'Mon' }, 'param file: a function is not JSON'],
])("onCrash: 'rerun' does not run it again if %s, and warns", async (_, params, omitted) => {
  const { records, runs, said, task } = await start(leftBehind([{ ...open, params, omitted }]), {
    onCrash: 'rerun',
  })
  expect(runs).toEqual([])
  expect(records.map(({ action }) => action)).toEqual(['crash', 'run'])
  expect(task.status).toBe('crash')
  expect(said).toEqual([expect.stringContaining(`the log has not all of its params: ${omitted}.`)])
})

test("onCrash: 'rerun' uses the record of the session to distinguish masked params from complete ones", async () => {
  for (const [params, count] of [
    [{ token: 'abc', day: 'Mon' }, 0],
    [{ day: 'Mon' }, 1],
  ] as const) {
    const store = createMemoryStore()
    const clock = new TestClock({ at: noon, zone: 'UTC' })
    const app = createApp({ clock, timezone: 'UTC', logger: silent, store })
    app.task('t', false, async () => await clock.sleep(1_000_000))
    const session = await app.start()
    void session.task('t').run(params)
    await clock.settled()
    // The records that a process leaves if it dies here.
    const left = createMemoryStore()
    left.append(store.load())
    expect((await start(left, { onCrash: 'rerun' })).runs).toHaveLength(count)
    session.shutDown({ force: true })
    await clock.advance('1 minute')
    await session.stopped
  }
})

test('a crashed run of a task that is created after the start is run again', async () => {
  const clock = new TestClock({ at: noon, zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, store: leftBehind([open]) })
  const session = await app.start()
  const late = session.createTask('t', false, { onCrash: 'rerun' }, () => 'again')
  await clock.settled()
  expect(late.lastValue).toBe('again')
  session.shutDown()
  await session.stopped
})
