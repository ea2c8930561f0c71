/** Controlling a session while it runs: everything that a task, a user interface or another program can ask of it. */
import { createApp, daily, never } from 'gantry'

const app = createApp()

// From inside a task, the session is at hand as run.session; outside, as app.session.
const doThings = app.task('do things', false, () => 'done')
app.task('do report', false, ({ reportDate }: Record<string, unknown>) => `report of ${reportDate}`)

// Create and remove tasks.
app.task('create', false, (_, run) => {
  run.session.createTask('created', daily, () => console.log('created, and run'))
})
app.task('remove', false, (_, run) => run.session.removeTask('created'))

// Look at another task: by handle or by name.
app.task('look', false, (_, run) => {
  const other = run.session.task('do things')
  console.log(`${other.name}: ${other.status}, last success ${other.lastSuccess?.toISO() ?? 'never'}`)
})

// A queue of tasks, one after the other, each with its own params.
app.task('queue', never, { onStartup: true }, async (_, run) => {
  const queue = [
    ['do things', {}],
    ['do report', { reportDate: '2026-01-01' }],
    ['look', {}],
    ['create', {}],
    ['remove', {}],
  ] as const
  for (const [name, params] of queue) {
    const { action, value } = await run.session.task(name).run(params)
    console.log(`${name}: ${action} ${value ?? ''}`)
  }
  console.log(`the handle knows too: ${doThings.lastValue}`)
  run.session.shutDown()
})

await app.run()
