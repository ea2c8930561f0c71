/** A program that is killed while it has children, or while it starts them. Its first argument selects the case. */
import { type App, command, createApp, moduleWork } from '../../../../src/index.ts'

type Own = typeof import('../work/process-work.ts')
const own = <K extends keyof Own & string>(name: K) =>
  moduleWork<Own, K>(new URL('../work/process-work.js', import.meta.url), name)

const shows: Readonly<Record<string, (app: App) => unknown>> = {
  /** A command that first kills its parent, which is this process. */
  command: (app) => app.task('kills', false, command(['sh', '-c', 'kill -9 $PPID; exec sleep 600'])).run(),
  shell: (app) => app.task('kills', false, command('kill -9 $PPID; exec sleep 600', { shell: true })).run(),
  process: (app) => app.task('kills', false, { execution: 'process' }, own('killsParentAndLoops')).run(),

  /** Children that stay alive: a command and a process that loops. */
  async children(app) {
    const loops = app.task('loops', false, { execution: 'process' }, own('loopsWithId'))
    const sleeps = app.task('sleeps', false, command('sleep 600'))
    const underWay = new Promise((resolve) => app.session.on('run.progress', resolve))
    loops.run()
    sleeps.run()
    await underWay
    console.log('ready')
  },

  /** Starts children endlessly: short ones, long ones, processes that loop. */
  async spawning(app) {
    app.session.update({ maxProcesses: 4 })
    const quick = app.task('quick', false, command('true'))
    const stays = app.task('stays', false, { timeout: 30, graceMs: 1 }, command('sleep 600'))
    const loops = app.task(
      'loops',
      false,
      { timeout: 200, graceMs: 1, execution: 'process' },
      own('loopsWithId'),
    )
    await quick.run()
    console.log('ready')
    for (const task of [quick, stays, stays, loops])
      void (async () => {
        for (;;) await task.run()
      })()
  },
}

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const app = createApp({ logger, multilaunch: true })
await app.start()
await shows[process.argv[2]!]!(app)
