/** A session with a dashboard in a separate process. Its first argument defines it, and it prints its address. */
import { createServer, request as forward } from 'node:http'
import { createHttp } from '../../../dist/src/http/index.js'
import { createApp } from '../../../dist/src/index.js'

const {
  port = 0,
  mount = '',
  proxy = '',
  tasks = 0,
  names = [],
  busy = false,
  flood = false,
  options = {},
} = JSON.parse(process.argv[2] ?? '{}')
const silent = { debug() {}, info() {}, warn() {}, error() {} }

const app = createApp({
  logger: silent,
  timezone: 'Europe/Helsinki',
  relaunchDelay: 0,
  templates: { ping: { description: 'asks a host', work: () => 'pong' } },
})
const gates = new Map()
/** Runs until the file that a param names exists. */
const untilTold = (run) =>
  new Promise((resolve, reject) => {
    gates.set(run.task.name, resolve)
    run.signal.addEventListener('abort', () => reject(run.signal.reason))
  })

app.task('long', false, { description: 'Runs until it is terminated' }, async (_, run) => {
  run.progress(0.25)
  run.log.info('it has begun')
  await untilTold(run)
})
app.task('fails', false, () => Promise.reject(new RangeError('the worker is busy')))
app.task('quick', false, { args: { n: 1 } }, ({ n }) => ({ n, ok: true }))
app.task('holds', false, () => {
  // Blocks the event loop of the process.
  for (const start = performance.now(); performance.now() - start < 1_500; );
})
app.task('night', 'daily at 02:30', () => {})
app.task('after night', "after task 'night' succeeded", () => {})
for (let n = 0; n < tasks; n++) app.task(`task ${String(n).padStart(5, '0')}`, 'daily at 03:00', () => {})
for (const name of names)
  app.task(name, false, { description: name }, (_, run) => {
    run.log.info(name)
    throw new Error(name)
  })
if (busy) {
  app.task('heartbeat', 'every 10 seconds', () => {})
  app.task('monthly', 'monthly on 1st', () => {})
  app.task('never', 'daily before 08:00 & daily after 20:00', () => {})
  app.task('import-orders-from-shop-north', 'hourly', () => {})
}
if (flood)
  app.task('flood', false, async (_, run) => {
    // Ten thousand events a second, half of them to a task.
    while (!run.signal.aborted) {
      for (let n = 0; n < 50; n++)
        app.session.send({ type: n % 2 === 0 ? 'task.disable' : 'task.enable', task: 'night' })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })
app.param('stage', names[0] ?? 'dev')
await app.start()

const http = createHttp(app.session, {
  dashboard: true,
  auth: { token: 'a'.repeat(40), readToken: 'r'.repeat(40) },
  basePath: mount,
  ...options,
})
const listening = await http.listen({ port, print() {} })
console.log(proxy === '' ? `${listening.url}/` : await open(proxy))
await app.session.stopped
process.exit()

/** A proxy that removes a prefix of the path before it forwards a request. */
function open(path) {
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url.startsWith(`${path}/`)) return void outgoing.writeHead(404).end()
    const { method, headers } = incoming
    const asked = forward(
      { host: '127.0.0.1', port: listening.port, path: incoming.url.slice(path.length), method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers)
        answer.pipe(outgoing)
      },
    )
    asked.on('error', () => outgoing.destroy())
    outgoing.on('close', () => asked.destroy())
    incoming.pipe(asked)
  })
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}${path}/`)),
  )
}
