/**
 * A task queue: a task that runs others, one after the other, each with its own params. `task.run(params)` resolves to
 * the run's outcome, so the queue is a `for` loop with `await`, and each step can depend on the outcome of the previous one.
 */
import { createApp, type Task } from 'gantry'

// The queue prints each outcome: the default logger would print failures a second time.
const app = createApp({ logger: false })

// Manual runs only: their start is `false`.
const measure = app.task('measure', false, { args: { city: 'Turku' } }, ({ city }) => {
  if (city === 'Atlantis') throw new Error('no station there')
  return city.length
})
const report = app.task('report', false, { args: { title: 'untitled' } }, ({ title }) => `report "${title}"`)

// The steps of the queue: any iterable works, also one that creates its steps lazily.
function* steps(): Generator<readonly [task: Task, params: Record<string, unknown>]> {
  for (const city of ['Oulu', 'Atlantis', 'Rovaniemi']) yield [measure, { city }]
  yield [report, { title: 'two cities' }]
}

app.task('queue', false, { onStartup: true }, async (_, run) => {
  for (const [task, params] of steps()) {
    const { action, value, error } = await task.run(params)
    const what = action === 'success' ? value : (error as Error).message
    console.log(`${task.name} ${JSON.stringify(params)}: ${action}, ${what}`)
  }
  console.log(`the queue is empty; ${report.name} was last run at ${report.lastRun?.toFormat('HH:mm:ss')}`)
  run.session.shutDown()
})

await app.run()
