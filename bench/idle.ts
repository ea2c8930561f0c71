/** Benchmark of idle tasks: set-up, memory, CPU time, stop. */
import { collectGarbage, quietApp, row, stop } from './support.ts'

/** Measures ten thousand and a hundred thousand tasks that wait for the end of the day. */
export async function benchIdle(): Promise<void> {
  for (const count of [10_000, 100_000]) {
    collectGarbage()
    const heap = process.memoryUsage().heapUsed
    const app = quietApp()
    const start = performance.now()
    for (let n = 0; n < count; n++) app.task(`t${n}`, 'daily after 23:59 & ~true', () => {})
    await app.start()
    row(`set-up of ${count} tasks`, `${Math.round(performance.now() - start)} ms`)
    collectGarbage()
    row('  memory a task', `${((process.memoryUsage().heapUsed - heap) / count / 1024).toFixed(1)} KB`)
    // Work that the set-up left (compilation, garbage collection) is not part of the idle cost.
    await app.session.clock.sleep(4000)
    const cpu = process.cpuUsage()
    await app.session.clock.sleep(5000)
    const { user, system } = process.cpuUsage(cpu)
    row('  CPU while idle, over 5 s', `${((user + system) / 50_000).toFixed(2)} %`)
    const stopping = performance.now()
    await stop(app)
    row('  stop', `${Math.round(performance.now() - stopping)} ms`)
  }
}
