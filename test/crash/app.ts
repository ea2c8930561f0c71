/**
 * The process that is killed: `node app.js STORE`. It runs its tasks, some of them in other processes, and prints a line for
 * every event of the session; a printed event must be in the log. With `settle` no task starts by itself except as a consequence of
 * earlier events, and the process ends once all are done. With `POINT TASK TIMES` it kills itself at that point.
 */
import './torn-write.ts'
import { writeSync } from 'node:fs'
import {
  afterSuccess,
  any,
  arg,
  code,
  command,
  createApp,
  every,
  minutely,
  moduleWork,
  retry,
  type Start,
  secondly,
} from '../../src/index.ts'
import { Failpoint, failingStore, type Point } from './failpoint.ts'

const [, , store = 'memory', mode, task = '', times = '1'] = process.argv
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error }
const isSettling = mode === 'settle'
const failpoint = mode === undefined || isSettling ? null : new Failpoint(mode as Point, task, Number(times))

/** Prints synchronously: lines printed before a kill are read after it. */
const print = (line: object): void => {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

const app = createApp({
  store: failpoint === null ? store : () => failingStore(store, failpoint),
  logger: silent,
  relaunchDelay: 10,
  timezone: 'UTC',
})
const { clock } = app.session

/** The start of an independent task: disabled while the session settles. */
const byItself = (start: Start): Start => (isSettling ? false : start)
/** Inline work of a random duration up to `ms`; the process may die within it. */
const working = (name: string, ms: number) => async (): Promise<string> => {
  await clock.sleep(Math.random() * ms)
  failpoint?.reach('during run', name)
  return 'x'.repeat(500)
}
/** Isolated work, during which this process may die. */
const add = moduleWork<typeof import('./work.ts'), 'add'>(new URL('./work.js', import.meta.url), 'add')
const numbers = (name: string) => ({
  a: 1,
  b: 2,
  kills: arg(() => (failpoint?.isReached('during run', name) ? process.pid : 0)),
})

for (const chain of ['a', 'b', 'c']) {
  app.task(`${chain}1`, byItself(every('50 ms')), working(`${chain}1`, 10))
  app.task(`${chain}2`, afterSuccess(`${chain}1`), () => ({ chain }))
  app.task(`${chain}3`, afterSuccess(`${chain}2`), working(`${chain}3`, 30))
}
for (const name of ['second-1', 'second-2']) app.task(name, byItself(secondly), working(name, 50))
app.task('minute', byItself(minutely), working('minute', 10))
for (const name of ['retried-1', 'retried-2'])
  app.task(name, byItself(any(every('150 ms'), retry(2))), () => {
    if (Math.random() < 0.5) throw new Error('by chance')
  })
for (const name of ['slow-1', 'slow-2']) app.task(name, byItself(every('30 ms')), working(name, 40))
app.task('main', byItself(every('70 ms')), { execution: 'main' }, working('main', 2))
for (const name of ['thread-1', 'thread-2'])
  app.task(name, byItself(every('200 ms')), { execution: 'thread', args: numbers(name) }, add)
app.task('process', byItself(every('250 ms')), { execution: 'process', args: numbers('process') }, add)
for (const name of ['quick-1', 'quick-2']) app.task(name, byItself(every('40 ms')), command('true'))
// Terminated by its timeout, or alive when the process dies.
app.task('stays', byItself(every('60 ms')), { timeout: 100, graceMs: 50 }, command('sleep 600'))
app.task(
  'loops',
  byItself(every('300 ms')),
  { execution: 'process', timeout: 300, graceMs: 50 },
  code('for (;;);'),
)

app.session.on('run.started', ({ runId }) => print({ runId, action: 'run' }))
app.session.on('run.ended', ({ runId, action }) => print({ runId, action }))

await app.start()
print({ ready: app.session.tasks().length })
if (isSettling) {
  // A dependent task starts in the next turns: no live runs in ten consecutive turns means that none follows.
  for (let quiet = 0; quiet < 10; quiet = app.session.runs().length === 0 ? quiet + 1 : 0)
    await clock.sleep(20)
  app.session.shutDown()
}
await app.session.stopped
