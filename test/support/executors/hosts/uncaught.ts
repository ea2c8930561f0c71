/** A program whose runs throw uncaught errors. Its first argument selects the case; it prints the events as JSON. */
import { EventEmitter } from 'node:events'
import { type App, createApp, type SessionOptions } from '../../../../src/index.ts'

const tell = (what: unknown): void => console.log(JSON.stringify(what))
const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function start(options: SessionOptions): Promise<App> {
  const app = createApp({ logger: silent, ...options })
  app.session.on('session.warning', ({ kind, task, error }) => tell([kind, task, error?.message]))
  const waits = () => new Promise(() => {})
  app.task('timer', false, async () => {
    setTimeout(() => {
      throw new Error('out of a timer')
    }, 1)
    await waits()
  })
  app.task('event', false, async () => {
    const emitter = new EventEmitter()
    emitter.on('data', () => {
      throw new Error('out of an event')
    })
    setImmediate(() => emitter.emit('data'))
    await waits()
  })
  app.task('left', false, () => {
    setTimeout(() => {
      throw new Error('after the end')
    }, 1)
    return 'returned'
  })
  app.task('sound', false, async () => 'sound')
  await app.start()
  return app
}

const run = async (app: App, name: string): Promise<void> => tell((await app.session.task(name).run()).action)
const listeners = (): number[] => [
  process.listenerCount('uncaughtException'),
  process.listenerCount('uncaughtExceptionMonitor'),
]
const warned = (app: App): Promise<unknown> =>
  new Promise((resolve) => app.session.on('session.warning', resolve))
const stop = async (app: App): Promise<void> => {
  app.session.shutDown()
  await app.session.stopped
}
const throwOutside = (): void => {
  setTimeout(() => {
    throw new Error('of no run')
  }, 1)
}

const shows: Readonly<Record<string, () => Promise<void>>> = {
  async exit() {
    const app = await start({})
    await run(app, 'timer')
  },
  async fail() {
    const app = await start({ onUncaught: 'fail' })
    const other = await start({ onUncaught: 'fail' })
    await run(other, 'sound')
    await run(app, 'timer')
    await stop(other)
    await run(app, 'event')
    const warning = warned(app)
    await run(app, 'left')
    await warning
    await run(app, 'sound')
    await stop(app)
    tell(listeners())
  },
  /** A run keeps the setting of its start. */
  async update() {
    const app = await start({})
    await run(app, 'sound')
    app.session.update({ onUncaught: 'fail' })
    await run(app, 'timer')
    const fails = app.session.task('timer').run()
    await fails.started
    app.session.update({ onUncaught: 'exit' })
    tell((await fails).action)
    await stop(app)
    tell(listeners())
  },
  async foreign() {
    const app = await start({ onUncaught: 'fail' })
    await run(app, 'sound')
    throwOutside()
  },
  async foreignHeard() {
    const app = await start({ onUncaught: 'fail' })
    await run(app, 'sound')
    const caught = new Promise<Error>((resolve) => process.once('uncaughtException', resolve))
    throwOutside()
    tell((await caught).message)
    await stop(app)
    tell(listeners())
  },
  /** Two sessions with different settings. */
  async two() {
    const fails = await start({ onUncaught: 'fail' })
    const exits = await start({})
    await run(exits, 'sound')
    await run(fails, 'timer')
    await run(exits, 'event')
  },
}
await shows[process.argv[2]!]!()
