/** A user's program, run by plain Node under a loader. Its first argument selects the case. */
import { type App, command, createApp, moduleWork } from '../../../../src/index.ts'

type Both = typeof import('../work/thread-work.ts')
type Own = typeof import('../work/process-work.ts')
const both = <K extends keyof Both & string>(name: K) =>
  moduleWork<Both, K>(new URL('../work/thread-work.js', import.meta.url), name)
const own = <K extends keyof Own & string>(name: K) =>
  moduleWork<Own, K>(new URL('../work/process-work.js', import.meta.url), name)
const tell = (what: unknown): void => console.error(JSON.stringify(what))

const shows: Readonly<Record<string, (app: App) => Promise<void>>> = {
  /** A process that prints a megabyte into a pipe that is read slowly or not at all. */
  async megabyte(app) {
    const prints = app.task(
      'prints',
      false,
      { execution: 'process', args: { bytes: 1_000_000 } },
      own('prints'),
    )
    await app.start()
    tell(await prints.run())
    app.session.shutDown()
    await app.session.stopped
  },

  /** No resources remain at the end, so the process must exit by itself. */
  async leavesNothing(app) {
    const at = (execution: 'thread' | 'process') => ({ execution, args: { a: 1, b: 2 } })
    const tasks = [
      app.task('thread', false, at('thread'), both('add')),
      app.task('process', false, at('process'), both('add')),
      app.task('command', false, command('echo 3')),
      app.task('async', false, async () => 3),
    ]
    await app.start()
    for (const task of tasks) tell((await task.run()).value)
    app.session.shutDown()
    await app.session.stopped
    const left = () =>
      process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)Wrap$|^Immediate$/.test(name))
    // Closed resources disappear a turn or two later.
    for (let turns = 0; turns < 5 && left().length > 0; turns++)
      await new Promise((resolve) => setImmediate(resolve))
    tell(left())
  },

  /** Starts children of all kinds, prints their ids, and waits to be killed. */
  async children(app) {
    const loops = app.task('loops', false, { execution: 'process' }, own('loopsWithId'))
    const sleeps = app.task('sleeps', false, command('echo $$; sleep 600', { shell: true }))
    const logger = {
      debug: () => {},
      warn: () => {},
      error: () => {},
      info: (line: unknown) => tell(Number(line)),
    }
    app.session.update({ logger })
    app.session.on('run.progress', ({ message }) => tell(Number(message)))
    await app.start()
    loops.run()
    sleeps.run()
  },

  /** Unhandled rejections of a live run and of one that has ended. */
  async rejections(app) {
    app.session.on('session.warning', ({ kind, task, error }) => tell([kind, task, error?.message]))
    const lives = app.task('lives', false, async () => {
      void Promise.reject(new Error('one'))
      await new Promise(() => {})
    })
    const ended = app.task('ended', false, () => {
      void app.session.clock.sleep(10).then(() => Promise.reject(new Error('two')))
      return 'returned'
    })
    await app.start()
    tell((await lives.run()).action)
    tell((await ended.run()).action)
    await app.session.clock.sleep(50)
    app.session.shutDown()
    await app.session.stopped
    tell('survived')
  },

  /** A rejection outside of runs ends the process, as it would without a session. */
  async foreign(app) {
    app.task('idle', false, async () => {})
    await app.start()
    await app.session.task('idle').run()
    void Promise.reject(new Error('nobody’s'))
    await app.session.clock.sleep(20)
    app.session.shutDown()
  },

  /** Logs to its stdout, which is closed meanwhile. */
  async closedPipe(app) {
    const logs = (name: string, execution: 'async' | 'process') =>
      app.task(name, false, { execution, args: { lines: 2000 } }, both('logsWithoutEnd'))
    const tasks = [
      logs('near', 'async'),
      logs('far', 'process'),
      app.task('command', false, command('seq 2000')),
    ]
    await app.start()
    console.log('begun')
    await new Promise((resolve) => process.stdin.on('end', resolve).resume())
    for (const task of tasks) tell((await task.run()).action)
    app.session.shutDown()
    await app.session.stopped
  },
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const what = process.argv[2]!
// Without a logger, lines are printed to the console.
await shows[what]!(createApp(what === 'closedPipe' ? {} : { logger: silent }))
