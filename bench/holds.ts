/**
 * Benchmark of the longest blocking of the event loop by a session of ten thousand tasks, when everything happens at
 * once.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type App, condition, every, type Start } from 'gantry'
import { quietApp, row } from './support.ts'

const tasks = 10_000

/** Prints a line for each event of ten thousand tasks at once: the longest blocking, and the total time. */
export async function benchHolds(): Promise<void> {
  await benchReady('no-op works', () => {})
  await benchReady('works that await', async () => await Promise.resolve())
  await benchSettling()
  await benchDue()
  await benchLives()
}

async function benchReady(name: string, work: () => unknown): Promise<void> {
  const app = quietApp({ relaunchDelay: '1 hour' })
  const count = addTasks(app, "param 'go' is true", work)
  await app.start()
  await app.session.clock.sleep(200)
  await measure(`${tasks} ready at once, ${name}`, async () => {
    app.session.params.set('go', true)
    await count.reached(tasks)
  })
  await measure(`${tasks} conditions that a param ends`, async () => {
    app.session.params.set('go', false)
    await app.session.clock.sleep(100)
  })
  await stopMeasured(app, 'idle')
}

async function benchSettling(): Promise<void> {
  const app = quietApp({ relaunchDelay: '1 hour' })
  let open!: () => void
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const begun = addTasks(app, "param 'go' is true", () => {
    void begun
    return gate
  })
  let ended = 0
  app.session.on('run.ended', () => void ended++)
  await app.start()
  app.session.params.set('go', true)
  await begun.reached(tasks)
  await measure(`${tasks} works that settle at once`, async () => {
    open()
    while (ended < tasks) await app.session.clock.sleep(1)
  })
  await stopMeasured(app, 'run once')
}

async function benchDue(): Promise<void> {
  const app = quietApp()
  const count = addTasks(app, every('2 seconds'), () => {})
  await app.start()
  await count.reached(tasks)
  await measure(`${tasks} due at one instant`, () => count.reached(2 * tasks))
  await stopMeasured(app, 'idle')
}

async function benchLives(): Promise<void> {
  const app = quietApp({ relaunchDelay: '1 hour' })
  const count = addTasks(
    app,
    condition(() => true),
    (signal) => once(signal),
  )
  await measure(`${tasks} tasks started`, async () => {
    await app.start()
    await count.reached(tasks)
  })
  await measure(`${tasks} tasks held`, async () => {
    app.session.hold()
    await app.session.clock.sleep(50)
  })
  await measure(`${tasks} tasks resumed`, async () => {
    app.session.resume()
    await app.session.clock.sleep(50)
  })
  await measure(`${tasks} tasks read in another zone`, async () => {
    app.session.update({ timezone: 'Europe/Helsinki' })
    await app.session.clock.sleep(50)
  })
  await stopMeasured(app, 'living')
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

async function stopMeasured(app: App, what: string): Promise<void> {
  await measure(`${tasks} ${what} tasks stopped`, async () => {
    app.session.shutDown({ force: true })
    await app.session.stopped
  })
}

function addTasks(app: App, start: Start, work: (signal: AbortSignal) => unknown) {
  let runs = 0
  for (let n = 0; n < tasks; n++)
    app.task(`t${n}`, start as never, (_: unknown, run: { readonly signal: AbortSignal }) => {
      runs += 1
      return work(run.signal)
    })
  return {
    async reached(many: number): Promise<void> {
      while (runs < many) await app.session.clock.sleep(1)
    },
  }
}

async function measure(what: string, act: () => Promise<void>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  delay.enable()
  await new Promise((resolve) => setTimeout(resolve, 5))
  const began = performance.now()
  await act()
  const took = performance.now() - began
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  row(`${what}: longest blocking, in total`, `${(delay.max / 1e6).toFixed(0)} ms, ${took.toFixed(0)} ms`)
}
