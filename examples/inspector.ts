/**
 * A session in the Stately inspector: open the address that the program prints.
 *
 * Runs until Ctrl-C; with `--once` it ends by itself after three seconds.
 */
import { afterSuccess, createApp, returnOf, schedulerRunning } from 'gantry'
import { createStatelyInspector } from 'gantry/inspect'

const inspector = await createStatelyInspector({ port: Number(process.env.PORT ?? 8080) })

const app = createApp({
  inspect: inspector.inspect,
  shutCondition: process.argv.includes('--once') ? schedulerRunning({ moreThan: '3 seconds' }) : false,
})

const roll = app.task('roll', 'every 1 second', () => 1 + Math.floor(Math.random() * 6))

app.task('even', afterSuccess(roll), { args: { eyes: returnOf(roll) } }, ({ eyes }) => {
  console.log(eyes)
  if (eyes % 2 === 1) throw new Error(`${eyes} is odd.`)
})

console.log(`Open ${inspector.url}`)
await app.run()
await inspector.close()
