/**
 * What it costs a session to be watched: a task's start, 10,000 pieces of news a second, and ten clients that do not read.
 *
 * `npm run build && node dist/bench/http.js`
 */
import { connect } from 'node:net'
import { createApp } from 'gantry'
import { createHttp } from 'gantry/http'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const seconds = Number(process.env.GANTRY_BENCH_SECONDS ?? 8)
const newsPerSecond = 10_000
const row = (...cells: readonly string[]): void =>
  console.log(cells.map((cell, i) => cell.padEnd(i === 0 ? 46 : 12)).join(''))

/** Delay from asking for a run to the begin of its work, while news is told; `follow` opens the clients. */
async function measure(follow: (port: number, token: string) => void, withHttp = true) {
  const app = createApp({ logger: silent })
  const { session } = app
  for (let n = 0; n < 200; n++) app.task(`t${n}`, false, () => {})
  let begunAt = 0
  const probe = app.task('probe', false, () => {
    begunAt = performance.now()
  })
  await app.start()
  const http = withHttp ? createHttp(session) : null
  if (http !== null) {
    const { port } = await http.listen({ port: 0, print: () => {} })
    follow(port, http.token!)
  }
  await session.clock.sleep(500)
  const delays: number[] = []
  let told = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  while (performance.now() - start < seconds * 1000) {
    // As much news as is due: each change of a task is one.
    const due = ((performance.now() - start) / 1000) * newsPerSecond
    for (; told < due; told++)
      session.send({ type: told % 2 === 0 ? 'task.disable' : 'task.enable', task: `t${(told >> 1) % 200}` })
    const askedAt = performance.now()
    await probe.run()
    delays.push(begunAt - askedAt)
    await session.clock.sleep(2)
  }
  const { user, system } = process.cpuUsage(cpu)
  const elapsed = performance.now() - start
  await http?.close()
  session.shutDown({ force: true })
  await session.stopped
  delays.sort((a, b) => a - b)
  const at = (part: number): string => `${delays[Math.floor(delays.length * part)]!.toFixed(2)} ms`
  return {
    p50: at(0.5),
    p99: at(0.99),
    p99Ms: delays[Math.floor(delays.length * 0.99)]!,
    rate: Math.round((told / elapsed) * 1000),
    cpu: `${((user + system) / 10 / elapsed).toFixed(0)} %`,
  }
}

/** Follows and reads nothing. */
function slowClient(port: number, token: string): void {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    socket.pause()
  })
  socket.on('error', () => {})
  socket.unref()
}

/** Follows and reads all. */
function keenClient(port: number, token: string): void {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    socket.resume()
  })
  socket.on('error', () => {})
  socket.unref()
}

const times = (count: number, client: typeof slowClient) => (port: number, token: string) => {
  for (let n = 0; n < count; n++) client(port, token)
}

row(`start of a task at ${newsPerSecond} pieces of news/s`, 'p50', 'p99', 'news/s', 'CPU')
for (const [name, follow, withHttp] of [
  ['without an interface', () => {}, false],
  ['nobody follows', () => {}, true],
  ['ten that do not read', times(10, slowClient), true],
  ['ten that read all', times(10, keenClient), true],
  ['without an interface, again', () => {}, false],
] as const) {
  const { p50, p99, rate, cpu } = await measure(follow, withHttp)
  row(name, p50, p99, String(rate), cpu)
}
