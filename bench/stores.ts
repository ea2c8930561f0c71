/** Benchmarks of run log stores on the disk of this machine. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '../src/clock/system-clock.ts'
import type { RunRecord } from '../src/log/entry.ts'
import { resolveStore } from '../src/log/resolve-store.ts'
import { SessionLog } from '../src/log/session-log.ts'
import type { Store } from '../src/log/store.ts'
import { quietApp, row, stop } from './support.ts'

const start = Date.UTC(2026, 0, 1)
const tasks = 200
const kindOf = (option: string): string => option.split(':', 1)[0]!
const since = (before: number): string => `${(performance.now() - before).toFixed(1)} ms`

/** Measures writes with sync, durable runs, and a log of a million records compared with one of a hundred. */
export async function benchStores(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'))
  const options = (name: string): string[] => [
    'memory',
    `jsonl:${join(folder, `${name}.jsonl`)}`,
    `csv:${join(folder, `${name}.csv`)}`,
    `sqlite:${join(folder, `${name}.db`)}`,
  ]
  for (const option of options('records')) {
    const store = await resolveStore(option)
    row(`records a second in groups of 100, ${kindOf(option)}`, (await fill(store, 20_000, 100)).toFixed())
    await store.close()
  }
  for (const option of options('runs'))
    row(`durable no-op runs a second, 500 tasks, ${kindOf(option)}`, (await runsOver(option)).toFixed())
  for (const count of [100, 1_000_000]) {
    const path = join(folder, `${count}.db`)
    const store = await resolveStore(`sqlite:${path}`)
    const each = await fill(store, count, 5_000)
    await store.close()
    row(`SQLite, ${count} records of ${tasks} tasks`, `${(statSync(path).size / 1e6).toFixed(1)} MB`)
    row('  records a second in groups of 5000', each.toFixed())
    await lookInto(`sqlite:${path}`)
  }
  rmSync(folder, { recursive: true })
}

/** The records of runs of the tasks in turn, two per run; every hundredth run fails. */
function* history(count: number): Generator<RunRecord> {
  for (let seq = 1; seq <= count; seq++) {
    const run = (seq + 1) >> 1
    const at = start + run * 1_000
    const runId = `${run.toString(16).padStart(8, '0')}-8f2e-4b6c-9d1a-2c3d4e5f6a7b`
    const record = { seq, task: `task ${run % tasks}`, runId, at, start: at }
    if (seq % 2 === 1) yield { ...record, action: 'run', trigger: 'condition', dueAt: at }
    else if (run % 100 > 0) yield { ...record, action: 'success', end: at + 12, runtimeMs: 12.5, value: run }
    else yield { ...record, action: 'fail', end: at, error: { name: 'Error', message: `no file ${run}` } }
  }
}

/** Fills a store in groups; returns the records per second. */
async function fill(store: Store, count: number, group: number): Promise<number> {
  const before = performance.now()
  let batch: RunRecord[] = []
  for (const record of history(count)) {
    batch.push(record)
    if (batch.length < group) continue
    await store.append(batch)
    batch = []
  }
  await store.append(batch)
  return (count / (performance.now() - before)) * 1_000
}

/** Runs per second, with each start on the disk before the work begins and each end before it is reported. */
async function runsOver(store: string): Promise<number> {
  const app = quietApp({ store })
  let runs = 0
  for (let n = 0; n < 500; n++) app.task(`t${n}`, true, () => void runs++)
  await app.start()
  await app.session.clock.sleep(300)
  const counted = runs
  const before = performance.now()
  await app.session.clock.sleep(1_500)
  const each = ((runs - counted) / (performance.now() - before)) * 1_000
  await stop(app)
  return each
}

async function lookInto(option: string): Promise<void> {
  const log = new SessionLog(await resolveStore(option), createSystemClock())
  let before = performance.now()
  await log.restore()
  row('  restart: open, and restore what conditions need', since(before))
  before = performance.now()
  for (let n = 0; n < 100_000; n++) log.latest(`task ${n % tasks}`, 'success')
  row('  read the newest success of a task', `${((performance.now() - before) * 10).toFixed(0)} ns`)
  const queries = {
    'newest 50 of a task': { task: 'task 7', limit: 50 },
    'newest 50 failures of all tasks': { action: 'fail', limit: 50 },
    'newest 50 of an hour long ago': { since: start + 3_600_000, until: start + 7_200_000, limit: 50 },
    'newest 50 whose error has a text': { error: 'file 1', limit: 50 },
    'the records of one run': { runId: '00000007-8f2e-4b6c-9d1a-2c3d4e5f6a7b' },
  } as const
  for (const [what, query] of Object.entries(queries)) {
    // Once before the measurement, as the first query of a kind is prepared.
    await log.query(query)
    before = performance.now()
    const found = await log.query(query)
    row(`  ${what} (${found.length})`, since(before))
  }
  before = performance.now()
  const count = await log.count({ task: 'task 7', action: 'success' })
  row(`  count of the successes of a task (${count})`, since(before))
  await log.close()
}
