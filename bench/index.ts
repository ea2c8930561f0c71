/** `npm run bench`: what a session costs. Each line is measured here and now; compare ratios, machines differ. */
import { createApp } from 'gantry'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const make = () => createApp({ logger: silent, relaunchDelay: 0 })
const row = (what: string, value: string): void => console.log(`${what.padEnd(48)} ${value}`)
const stop = async (app: ReturnType<typeof createApp>): Promise<void> => {
  app.session.shutDown({ force: true })
  await app.session.stopped
}

for (const count of [1, 100, 10_000]) {
  const app = make()
  let runs = 0
  for (let n = 0; n < count; n++) app.task(`t${n}`, true, () => void runs++)
  await app.start()
  await app.session.clock.sleep(500)
  const before = runs
  const start = performance.now()
  await app.session.clock.sleep(2000)
  row(
    `no-op runs a second, ${count} tasks`,
    Math.round(((runs - before) / (performance.now() - start)) * 1000).toString(),
  )
  await stop(app)
}

for (const count of [10_000, 100_000]) {
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  const app = make()
  const start = performance.now()
  for (let n = 0; n < count; n++) app.task(`t${n}`, 'daily after 23:59 & ~true', () => {})
  await app.start()
  row(`set-up of ${count} tasks`, `${Math.round(performance.now() - start)} ms`)
  globalThis.gc?.()
  row('  memory a task', `${((process.memoryUsage().heapUsed - heap) / count / 1024).toFixed(1)} KB`)
  const cpu = process.cpuUsage()
  await app.session.clock.sleep(5000)
  const { user, system } = process.cpuUsage(cpu)
  row('  CPU while idle, over 5 s', `${((user + system) / 50_000).toFixed(2)} %`)
  const stopping = performance.now()
  await stop(app)
  row('  stop', `${Math.round(performance.now() - stopping)} ms`)
}

{
  const app = make()
  const waits: number[] = []
  let ended = 0
  const a = app.task('a', false, () => {
    ended = performance.now()
  })
  app.task('b', "after task 'a' succeeded", () => void waits.push(performance.now() - ended))
  await app.start()
  for (let n = 0; n < 200; n++) {
    await a.run()
    await app.session.clock.sleep(2)
  }
  waits.sort((x, y) => x - y)
  row('success of A to start of B, 200 pairs, p50', `${waits[Math.floor(waits.length / 2)]?.toFixed(3)} ms`)
  await stop(app)
}
