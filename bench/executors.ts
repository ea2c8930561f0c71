/**
 * Benchmarks of runs in threads and processes, compared with a pool library and plain `fork`: `node
 * dist/bench/executors.js`.
 */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { command, moduleWork } from 'gantry'
import { Piscina } from 'piscina'
import { quietApp, row, stop } from './support.ts'

type Noop = typeof import('./noop.ts')
const noopUrl = new URL('./noop.js', import.meta.url)
const noopPath = fileURLToPath(noopUrl)
const work = (fresh?: boolean) =>
  moduleWork<Noop, 'noop'>(noopUrl, 'noop', fresh === undefined ? {} : { fresh })

/** Median of one call, µs, after a warm-up. */
async function median(calls: number, call: () => Promise<unknown>): Promise<number> {
  for (let n = 0; n < Math.min(calls, 50); n++) await call()
  const took: number[] = []
  for (let n = 0; n < calls; n++) {
    const began = performance.now()
    await call()
    took.push((performance.now() - began) * 1000)
  }
  return took.sort((a, b) => a - b)[calls >> 1]!
}

const format = (us: number, alone?: number): string =>
  `${us < 1000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toFixed(1)} ms`}${alone === undefined ? '' : `  (${(us / alone).toFixed(2)} ×)`}`

/** Runs one at a time, each awaited: the cost of one run, not the throughput of many. */
export async function benchExecutors(): Promise<void> {
  const app = quietApp()
  const task = (name: string, execution: 'thread' | 'process', fresh?: boolean) =>
    app.task(name, false, { execution }, work(fresh))
  const thread = task('thread', 'thread')
  const ownThread = task('own thread', 'thread', true)
  const process = task('process', 'process')
  const keptProcess = task('kept process', 'process', false)
  const commands = app.task('command', false, command('true'))
  const inline = app.task('async', false, async () => 1)
  await app.start()

  const pool = new Piscina({
    filename: noopPath,
    name: 'noop',
    minThreads: 1,
    maxThreads: 1,
    atomics: 'disabled',
  })
  const pooled = await median(2000, () => pool.run(null))
  const waiting = new Piscina({ filename: noopPath, name: 'noop', minThreads: 1, maxThreads: 1 })
  const blocked = await median(2000, () => waiting.run(null))
  const forked = await median(20, () => once(fork(noopPath, ['alone'], { execArgv: [] }), 'exit'))
  const spawned = await median(100, () => once(spawn('true', { stdio: 'pipe' }), 'close'))
  await Promise.all([pool.destroy(), waiting.destroy()])

  row('task.run() of work inline', format(await median(2000, () => inline.run())))
  row('piscina alone, threads that sleep in Atomics.wait', format(blocked))
  row('piscina alone, threads that receive messages', format(pooled))
  row('task.run() in a thread', format(await median(2000, () => thread.run()), pooled))
  row('task.run() in a new thread', format(await median(20, () => ownThread.run())))
  row('child_process.fork alone, to its exit', format(forked))
  row('task.run() in a process', format(await median(20, () => process.run()), forked))
  row('task.run() in a process that is kept', format(await median(500, () => keptProcess.run())))
  row('child_process.spawn of `true` alone, to its close', format(spawned))
  row('task.run() of a command, `true`', format(await median(100, () => commands.run()), spawned))
  await stop(app)
}

/**
 * The longest time for which the event loop is blocked while a value is sent to a thread or a process and returned, or
 * rejected.
 */
export async function benchLargeValues(): Promise<void> {
  const app = quietApp()
  const echo = moduleWork<Noop, 'echo'>(noopUrl, 'echo', { fresh: false })
  const args = { value: undefined as unknown }
  const tasks = [
    app.task('thread', false, { execution: 'thread', args }, echo),
    app.task('process', false, { execution: 'process', args }, echo),
  ]
  await app.start()
  const rows = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}`, price: id / 3 }))
  const values: readonly [string, unknown][] = [
    ['7 MB of text', 'x'.repeat(7e6)],
    ['200 MB of text (rejected)', 'x'.repeat(2e8)],
    ['7 MB of bytes', new Uint8Array(7e6)],
    ['20,000 rows of three fields', rows(20_000)],
    ['a million rows (rejected)', rows(1_000_000)],
    ['a list of a billion holes (rejected)', new Array(1e9)],
  ]
  for (const task of tasks)
    for (const [what, value] of values) {
      let longest = Number.POSITIVE_INFINITY
      // The minimum of several rounds, as other work of the machine only adds time.
      for (let n = 0; n < 5; n++) {
        const delay = monitorEventLoopDelay({ resolution: 1 })
        delay.enable()
        await app.session.clock.sleep(5)
        await task.run({ value })
        await app.session.clock.sleep(5)
        delay.disable()
        longest = Math.min(longest, delay.max / 1e6)
      }
      row(`longest pause, ${task.name}: ${what}`, `${longest.toFixed(1)} ms`)
    }
  await stop(app)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await benchExecutors()
  await benchLargeValues()
}
