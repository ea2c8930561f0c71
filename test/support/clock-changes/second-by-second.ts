/** A program that prints its runs, second by second, until it is terminated. */
import { createApp, cron, every, type Run, secondly } from '../../../src/index.ts'

const app = createApp({ timezone: 'UTC' })
const tell = (_: unknown, run: Run): void => {
  process.stdout.write(`${run.task.name} ${(run.period?.start ?? run.startedAt).toMillis()}\n`)
}
app.task('secondly', secondly, tell)
app.task('cron', cron('* * * * * *'), tell)
app.task('every', every('1 second'), tell)
await app.run()
