/** Check for leaks of threads, processes and commands: `node --expose-gc dist/bench/leaks.js`. Fails if there are any. */
import { readdirSync } from 'node:fs'
import { command, moduleWork } from 'gantry'
import { quietApp, row, stop } from './support.ts'

const noop = (fresh?: boolean) =>
  moduleWork<typeof import('./noop.ts'), 'noop'>(
    new URL('./noop.js', import.meta.url),
    'noop',
    fresh === undefined ? {} : { fresh },
  )

interface State {
  readonly heapMb: number
  readonly rssMb: number
  readonly files: number
  readonly resources: number
}

/** The resources that remain after a garbage collection. */
async function state(app: ReturnType<typeof quietApp>): Promise<State> {
  for (let n = 0; n < 5; n++) {
    globalThis.gc?.()
    await app.session.clock.sleep(50)
  }
  const { heapUsed, rss } = process.memoryUsage()
  return {
    heapMb: heapUsed / 2 ** 20,
    rssMb: rss / 2 ** 20,
    files: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
  }
}

const app = quietApp()
app.session.update({ maxThreads: 4, maxProcesses: 4 })
const kinds = [
  {
    name: 'runs in threads',
    count: 10_000,
    task: app.task('thread', false, { execution: 'thread', multilaunch: 4 }, noop()),
  },
  {
    name: 'runs in new threads',
    count: 200,
    task: app.task('own', false, { execution: 'thread', multilaunch: 4 }, noop(true)),
  },
  {
    name: 'runs in processes',
    count: 300,
    task: app.task('process', false, { execution: 'process', multilaunch: 4 }, noop()),
  },
  { name: 'commands', count: 300, task: app.task('command', false, { multilaunch: 4 }, command('true')) },
]
await app.start()
let leaks = 0
for (const { name, count, task } of kinds) {
  const many = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 4) {
      const outcomes = await Promise.all([task.run(), task.run(), task.run(), task.run()])
      for (const { action, error } of outcomes) if (action !== 'success') throw error
    }
  }
  // The first tenth fills pools, caches and the log's buffer, which are kept.
  await many(count)
  const before = await state(app)
  await many(count)
  const after = await state(app)
  const grown = (after.heapMb / before.heapMb - 1) * 100
  const isLeak = grown > 10 || after.files > before.files || after.resources > before.resources
  if (isLeak) leaks += 1
  row(
    `${count} ${name}`,
    `heap ${before.heapMb.toFixed(1)} → ${after.heapMb.toFixed(1)} MB (${grown.toFixed(1)} %), rss ${before.rssMb.toFixed(0)} → ${after.rssMb.toFixed(0)} MB, files ${before.files} → ${after.files}, handles ${before.resources} → ${after.resources}${isLeak ? '  LEAK' : ''}`,
  )
}
await stop(app)
row('handles after the stop', String(process.getActiveResourcesInfo().length))
process.exitCode = leaks > 0 ? 1 : 0
