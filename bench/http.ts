/** Benchmark of observers: the delay of a task's start with 10,000 news per second and ten clients. */
import { connect } from 'node:net'
import { createHttp } from 'gantry/http'
import { quantile, quietApp, row, stop } from './support.ts'

const seconds = 5
const newsPerSecond = 10_000
const tasks = 200

/** Clients of each round; null without an HTTP interface. */
const rounds: readonly (readonly [string, Follow | null])[] = [
  ['without an interface', null],
  ['nobody follows', () => {}],
  ['ten that do not read', (port, token) => repeat(10, () => client(port, token, false))],
  ['ten that read all', (port, token) => repeat(10, () => client(port, token, true))],
  ['without an interface, again', null],
]

type Follow = (port: number, token: string) => void

/** Measures the delay from a manual run's request to the start of its work while news is emitted. */
export async function benchHttp(): Promise<void> {
  for (const [name, follow] of rounds)
    row(`start of a task at ${newsPerSecond} news/s, ${name}`, await measure(follow))
}

async function measure(follow: Follow | null): Promise<string> {
  const app = quietApp()
  const { session } = app
  for (let n = 0; n < tasks; n++) app.task(`t${n}`, false, () => {})
  let begunAt = 0
  const probe = app.task('probe', false, () => {
    begunAt = performance.now()
  })
  await app.start()
  const http = follow === null ? null : createHttp(session)
  if (http !== null) {
    const { port } = await http.listen({ port: 0, print: () => {} })
    follow?.(port, http.token!)
  }
  await session.clock.sleep(500)
  const delays: number[] = []
  let sent = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  while (performance.now() - start < seconds * 1000) {
    // Emits the news that is due: each change of a task is one.
    const due = ((performance.now() - start) / 1000) * newsPerSecond
    for (; sent < due; sent++)
      session.send({ type: sent % 2 === 0 ? 'task.disable' : 'task.enable', task: `t${(sent >> 1) % tasks}` })
    const askedAt = performance.now()
    await probe.run()
    delays.push(begunAt - askedAt)
    await session.clock.sleep(2)
  }
  const { user, system } = process.cpuUsage(cpu)
  const elapsed = performance.now() - start
  await http?.close()
  await stop(app)
  const [middle, late] = [0.5, 0.99].map((share) => `${quantile(delays, share).toFixed(2)} ms`)
  return `p50 ${middle}, p99 ${late}, CPU ${((user + system) / 10 / elapsed).toFixed(0)} %`
}

/** A client of the events; it reads everything, or nothing. */
function client(port: number, token: string, reads: boolean): void {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    if (reads) socket.resume()
    else socket.pause()
  })
  socket.on('error', () => {})
  socket.unref()
}

function repeat(count: number, act: () => void): void {
  for (let n = 0; n < count; n++) act()
}
