/** Memory of tasks, and remains of removed tasks: `node --expose-gc dist/bench/memory.js`. Fails if there is too much. */
import { type App, cron } from 'gantry'
import { quietApp, row, stop } from './support.ts'

const count = Number(process.argv[2] ?? 100_000)
const most = 5 * 1024
let failures = 0

async function used(app: App): Promise<number> {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.()
    await app.session.clock.sleep(20)
  }
  return process.memoryUsage().heapUsed
}

const expressions: Record<string, (n: number) => ReturnType<typeof cron>> = {
  'one cron expression': () => cron('0 7 * * *'),
  'cron expressions that all differ': (n) =>
    cron(`${n % 60} ${Math.floor(n / 60) % 24} ${1 + (Math.floor(n / 1440) % 28)} * *`, {
      grace: `${1 + Math.floor(n / 40_320)} minutes`,
    }),
}

{
  const app = quietApp({ timezone: 'UTC' })
  const { session } = app
  await app.start()
  let n = 0
  const churn = async (): Promise<void> => {
    for (const end = n + count; n < end; n++) {
      session.createTask(`t${n}`, `cron ${n % 60} 7 * * *`, () => {})
      await session.removeTask(`t${n}`)
    }
  }
  await churn()
  // The minimum of three rounds, as compilation and growth of the heap are not remains of a task.
  let left = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 3; turn++) {
    const before = await used(app)
    await churn()
    left = Math.min(left, ((await used(app)) - before) / count)
  }
  const isLeak = left > 8
  if (isLeak) failures += 1
  row(`${count} tasks created and removed`, `${left.toFixed(1)} bytes left of each${isLeak ? '  LEAK' : ''}`)
  await stop(app)
}

for (const [what, expression] of Object.entries(expressions)) {
  const app = quietApp({ timezone: 'UTC' })
  const before = await used(app)
  for (let n = 0; n < count; n++) app.task(`t${n}`, expression(n), () => {})
  const made = (await used(app)) - before
  await app.start()
  await app.session.clock.sleep(1000)
  const started = (await used(app)) - before
  const isTooMuch = made / count > most
  if (isTooMuch) failures += 1
  row(
    `${count} tasks, ${what}`,
    `${(made / count / 1024).toFixed(2)} KB each, ${(started / count / 1024).toFixed(2)} KB in a running session${isTooMuch ? '  TOO MUCH' : ''}`,
  )
  await stop(app)
}

process.exitCode = failures > 0 ? 1 : 0
