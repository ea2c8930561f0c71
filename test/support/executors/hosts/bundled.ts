/** A program that is bundled into one file with the package. Prints the result of each kind of execution. */
import { code, command, createApp } from 'gantry'

const app = createApp({ logger: { debug() {}, info() {}, warn() {}, error() {} } })
const tasks = [
  app.task('async', false, async () => 1),
  app.task('command', false, command('true')),
  app.task('thread', false, code('return 1')),
  app.task('process', false, { execution: 'process' }, code('return 1')),
]
await app.start()
for (const task of tasks) {
  const { action, error } = await task.run()
  console.log(task.name, action, (error as { code?: string } | undefined)?.code, error?.message)
}
app.session.shutDown()
