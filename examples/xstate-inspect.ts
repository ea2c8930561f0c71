/**
 * A session in the inspector of `@xstate/inspect`, which can also send events: choose a task, send it `{ "type": "task.run" }`, and
 * it runs. Requires the package `gantry-xstate-inspect`.
 *
 * Runs until Ctrl-C; with `--once` it ends by itself after three seconds.
 */
import { createApp, schedulerRunning } from 'gantry'
import { createXStateInspector } from 'gantry-xstate-inspect'

const inspector = await createXStateInspector({ port: Number(process.env.PORT ?? 8888) })

const app = createApp({
  inspect: inspector.inspect,
  shutCondition: process.argv.includes('--once') ? schedulerRunning({ moreThan: '3 seconds' }) : false,
})

app.task('tick', 'every 1 second', () => console.log('tick'))
app.task('by hand', false, () => console.log('Run from the inspector.'))

console.log(`Open ${inspector.url}`)
await app.run()
await inspector.close()
