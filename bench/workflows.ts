/** Benchmark of workflows: memory, CPU and continuation of waiting ones, and transitions recorded durably. */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMachine } from 'xstate'
import { collectGarbage, quietApp, row, stop } from './support.ts'

const waiting = createMachine({
  initial: 'waiting',
  states: { waiting: { after: { 3600000: 'done' }, on: { go: 'done' } }, done: { type: 'final' } },
})

const counter = createMachine({
  initial: 'on',
  states: { on: { on: { next: 'off' } }, off: { on: { next: 'on' } } },
})

/** Measures workflows that wait for a delay and an event, then a single one with many transitions. */
export async function benchWorkflows(count = 10_000): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-bench-'))
  try {
    await benchWaiting(folder, count)
    await benchTransitions(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function benchWaiting(folder: string, count: number): Promise<void> {
  const store = `sqlite:${join(folder, 'waiting.db')}`
  const app = quietApp({ store })
  const task = app.task('wait', false, { concurrency: true }, waiting)
  await app.start()
  collectGarbage()
  const heap = process.memoryUsage().heapUsed
  const begun = performance.now()
  const runs = Array.from({ length: count }, () => task.run())
  for (const run of runs) run.catch(() => {})
  await Promise.all(runs.map(({ started }) => started))
  runs.length = 0
  await app.session.clock.sleep(2000)
  row(`${count} workflows begun`, `${Math.round(performance.now() - begun - 2000)} ms`)
  collectGarbage()
  row('  memory of each', `${((process.memoryUsage().heapUsed - heap) / count / 1024).toFixed(1)} KB`)
  const cpu = process.cpuUsage()
  await app.session.clock.sleep(5000)
  const { user, system } = process.cpuUsage(cpu)
  row('  CPU while they wait, over 5 s', `${((user + system) / 50_000).toFixed(2)} %`)
  const stopping = performance.now()
  await stop(app)
  row('  suspended', `${Math.round(performance.now() - stopping)} ms`)

  const second = quietApp({ store })
  const again = second.task('wait', false, { concurrency: true }, waiting)
  const starting = performance.now()
  await second.start()
  row('  continued at a start', `${Math.round(performance.now() - starting)} ms`)
  if (again.runs.length !== count) throw new Error(`${again.runs.length} of ${count} workflows continued`)
  const ending = performance.now()
  await again.send({ type: 'go' })
  while (again.runs.length > 0) await second.session.clock.sleep(20)
  row('  ended by an event', `${Math.round(performance.now() - ending)} ms`)
  await stop(second)
}

async function benchTransitions(folder: string): Promise<void> {
  for (const kind of ['sqlite', 'jsonl']) {
    const app = quietApp({ store: `${kind}:${join(folder, `steps.${kind}`)}` })
    const tasks = Array.from({ length: 50 }, (_, n) => app.task(`t${n}`, false, counter))
    await app.start()
    const runs = tasks.map((task) => task.run())
    for (const run of runs) run.catch(() => {})
    await Promise.all(runs.map(({ started }) => started))
    let steps = 0
    const start = performance.now()
    await Promise.all(
      tasks.map(async (task) => {
        while (performance.now() - start < 4000) {
          await task.send({ type: 'next' })
          steps += 1
        }
      }),
    )
    const seconds = (performance.now() - start) / 1000
    row(`transitions recorded durably in ${kind}, 50 workflows`, `${Math.round(steps / seconds)}/s`)
    await stop(app)
  }
}

if (process.argv[1]?.endsWith('workflows.js') === true)
  await benchWorkflows(Number(process.argv[2] ?? 10_000))
