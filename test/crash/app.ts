/**
 * The process that is killed: `node app.js STORE [settle]`. It runs twenty tasks and prints a line for everything that the
 * session has announced, which is a promise that it is in the log. With `settle` nothing starts by itself any more but what
 * follows from what has happened, and it ends once that is done.
 */
import { writeSync } from 'node:fs'
import {
  afterSuccess,
  any,
  createApp,
  every,
  moduleWork,
  retry,
  type Start,
  secondly,
} from '../../src/index.ts'

const [, , store = 'memory', mode] = process.argv
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error }
const isSettling = mode === 'settle'

/** Written at once: what was printed before a kill is read after it. */
const print = (line: object): void => {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

const app = createApp({ store, logger: silent, relaunchDelay: 10, timezone: 'UTC' })
const { clock } = app.session

/** A start that holds by itself: not any more when things are to settle. */
const byItself = (start: Start): Start => (isSettling ? false : start)

for (const chain of ['a', 'b', 'c']) {
  app.task(`${chain}1`, byItself(every('50 ms')), async () => clock.sleep(Math.random() * 10))
  app.task(`${chain}2`, afterSuccess(`${chain}1`), () => ({ chain }))
  app.task(`${chain}3`, afterSuccess(`${chain}2`), async () => clock.sleep(Math.random() * 30))
}
for (const name of ['period-1', 'period-2', 'period-3'])
  app.task(name, byItself(secondly), async () => clock.sleep(Math.random() * 50))
for (const name of ['retried-1', 'retried-2'])
  app.task(name, byItself(any(every('150 ms'), retry(2))), () => {
    if (Math.random() < 0.5) throw new Error('by chance')
  })
for (const name of ['slow-1', 'slow-2']) app.task(name, byItself(every('30 ms')), async () => clock.sleep(20))
app.task('main', byItself(every('70 ms')), { execution: 'main' }, () => 'x'.repeat(500))
const add = moduleWork<typeof import('./work.ts'), 'add'>(new URL('./work.js', import.meta.url), 'add')
for (const name of ['thread-1', 'thread-2'])
  app.task(name, byItself(every('200 ms')), { execution: 'thread', args: { a: 1, b: 2 } }, add)
app.task('process', byItself(every('250 ms')), { execution: 'process', args: { a: 1, b: 2 } }, add)

app.session.on('run.started', ({ runId }) => print({ runId, action: 'run' }))
app.session.on('run.ended', ({ runId, action }) => print({ runId, action }))

await app.start()
print({ ready: app.session.tasks().length })
if (isSettling) {
  await clock.sleep(500)
  app.session.shutDown()
}
await app.session.stopped
