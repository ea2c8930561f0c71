/** `node dist/bench/stores.js`: what the stores of a run log cost. Each line is measured here and now, on this disk. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'gantry'
import { createSystemClock } from '../src/clock.ts'
import { resolveStore } from '../src/log/resolve-store.ts'
import type { RunRecord, Store } from '../src/log/run-log.ts'
import { SessionLog } from '../src/log/session-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'))
const start = Date.UTC(2026, 0, 1)
const row = (what: string, value: string): void => console.log(`${what.padEnd(58)} ${value.padStart(14)}`)
const ms = (since: number): string => `${(performance.now() - since).toFixed(1)} ms`

/** The records of runs of so many tasks in turn, two for each run; every hundredth run fails. */
function* history(count: number, tasks: number): Generator<RunRecord> {
  for (let seq = 1; seq <= count; seq++) {
    const run = (seq + 1) >> 1
    const task = `task ${run % tasks}`
    const at = start + run * 1_000
    const runId = `${run.toString(16).padStart(8, '0')}-8f2e-4b6c-9d1a-2c3d4e5f6a7b`
    if (seq % 2 === 1)
      yield { seq, task, runId, action: 'run', at, start: at, trigger: 'condition', dueAt: at }
    else if (run % 100 === 0)
      yield {
        seq,
        task,
        runId,
        action: 'fail',
        at,
        start: at,
        end: at,
        error: { name: 'Error', message: `no file ${run}` },
      }
    else
      yield {
        seq,
        task,
        runId,
        action: 'success',
        at,
        start: at,
        end: at + 12,
        runtimeMs: 12.5,
        value: { rows: run },
      }
  }
}

async function fill(store: Store, count: number, tasks: number, group: number): Promise<number> {
  const since = performance.now()
  let batch: RunRecord[] = []
  for (const record of history(count, tasks)) {
    batch.push(record)
    if (batch.length < group) continue
    await store.append(batch)
    batch = []
  }
  await store.append(batch)
  return (count / (performance.now() - since)) * 1_000
}

/** Restart, look, query: the figures of a log of that length. */
async function look(option: string, tasks: number): Promise<void> {
  const log = new SessionLog(await resolveStore(option), createSystemClock())
  let since = performance.now()
  await log.restore()
  row('  restart: opened, and all that conditions need restored', ms(since))
  const names = Array.from({ length: tasks }, (_, i) => `task ${i}`)
  since = performance.now()
  for (let i = 0; i < 100_000; i++) log.latest(names[i % tasks]!, 'success')
  row('  a look at the newest success of a task', `${((performance.now() - since) * 10).toFixed(0)} ns`)
  const queries = {
    'newest 50 of a task': { task: 'task 7', limit: 50 },
    'newest 50 failures of all tasks': { action: 'fail', limit: 50 },
    'newest 50 failures of a task': { task: 'task 0', action: 'fail', limit: 50 },
    'newest 50 of an hour long ago': { since: start + 3_600_000, until: start + 7_200_000, limit: 50 },
    'newest 50 whose error has a text': { error: 'file 1', limit: 50 },
    'the records of one run': { runId: '00000007-8f2e-4b6c-9d1a-2c3d4e5f6a7b' },
  } as const
  for (const [what, query] of Object.entries(queries)) {
    await log.query(query)
    since = performance.now()
    const found = await log.query(query)
    row(`  ${what} (${found.length})`, ms(since))
  }
  since = performance.now()
  row('  count of the successes of a task', `${await log.count({ task: 'task 7', action: 'success' })}`)
  row('    took', ms(since))
  await log.close()
}

console.log('records written and synced, in groups of 100')
for (const option of ['memory', `jsonl:${join(folder, 'a.jsonl')}`, `sqlite:${join(folder, 'a.db')}`]) {
  const store = await resolveStore(option)
  row(`  ${option.split(':', 1)[0]}`, `${Math.round(await fill(store, 40_000, 50, 100))} a second`)
  await store.close()
}

console.log('no-op runs, their start durable before they begin and their end before it is told')
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
for (const option of ['memory', `jsonl:${join(folder, 'c.jsonl')}`, `sqlite:${join(folder, 'c.db')}`]) {
  const app = createApp({ store: option, logger: silent, relaunchDelay: 0 })
  let runs = 0
  for (let n = 0; n < 500; n++) app.task(`t${n}`, true, () => void runs++)
  await app.start()
  await app.session.clock.sleep(300)
  const before = runs
  const since = performance.now()
  await app.session.clock.sleep(2_000)
  const each = Math.round(((runs - before) / (performance.now() - since)) * 1_000)
  row(`  ${option.split(':', 1)[0]}, 500 tasks`, `${each} a second`)
  app.session.shutDown({ force: true })
  await app.session.stopped
}

const path = join(folder, 'b.db')
for (const [count, tasks] of [
  [100, 50],
  [1_000_000, 200],
] as const) {
  console.log(`SQLite, ${count} records of ${tasks} tasks`)
  rmSync(path, { force: true })
  const store = await resolveStore(`sqlite:${path}`)
  row('  filled, in groups of 5000', `${Math.round(await fill(store, count, tasks, 5_000))} a second`)
  await store.close()
  row('  size', `${(statSync(path).size / 1e6).toFixed(1)} MB`)
  await look(`sqlite:${path}`, tasks)
}
rmSync(folder, { recursive: true })
