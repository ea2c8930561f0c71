/** Control of a running session: everything that a task, a user interface or another program can request. */
import { createApp, daily, never } from 'gantry'

const app = createApp()

// In a task the session is available as run.session, elsewhere as app.session.
const doThings = app.task('do things', false, () => 'done')
app.task('do report', false, ({ reportDate }: Record<string, unknown>) => `report of ${reportDate}`)

// Create and remove tasks.
app.task('create', false, (_, run) => {
  run.session.createTask('created', daily, () => console.log('created, and run'))
})
app.task('remove', false, (_, run) => run.session.removeTask('created'))

// Read the state of another task, by handle or by name.
app.task('inspect', false, (_, run) => {
  const other = run.session.task('do things')
  console.log(`${other.name}: ${other.status}, last success ${other.lastSuccess?.toISO() ?? 'never'}`)
})

// A queue of tasks, one after the other, each with its own params.
app.task('queue', never, { onStartup: true }, async (_, run) => {
  const queue = [
    ['do things', {}],
    ['do report', { reportDate: '2026-01-01' }],
    ['inspect', {}],
    ['create', {}],
    ['remove', {}],
  ] as const
  for (const [name, params] of queue) {
    const { action, value } = await run.session.task(name).run(params)
    console.log(`${name}: ${action} ${value ?? ''}`)
  }
  console.log(`the handle has the value, too: ${doThings.lastValue}`)
  run.session.shutDown()
})

await app.run()
