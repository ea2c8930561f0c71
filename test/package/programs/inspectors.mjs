// A session with both inspectors at the same time, each on a free port.
import { createApp } from 'gantry'
import { createStatelyInspector } from 'gantry/inspect'
import { createXStateInspector } from 'gantry-xstate-inspect'

const stately = await createStatelyInspector({ port: 0 })
const xstate = await createXStateInspector({ port: 0 })
console.log(stately.url)
console.log(xstate.url)
const app = createApp({
  inspect: (event) => {
    stately.inspect.next(event)
    xstate.inspect.next(event)
  },
})
app.task('once', 'at most 1 run', (_, run) => run.session.shutDown())
await app.run()
console.log('ran')
await stately.close()
await xstate.close()
