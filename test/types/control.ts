/** Options, params, commands and events: types that must or must not compile. Nothing here runs. */
import { type Command, createApp, daily, type News, type Outcome } from 'gantry'
import type { CommandEvent, Json } from 'gantry/machines'
import { type Observable, of } from 'rxjs'
import { app, type Equal, type Run, type Session, same, type Task } from '../support/types/shapes.ts'

declare const session: Session
declare const run: Run

// Options.
app.task('a', false, { timeout: '5 minutes', priority: 3, end: 'daily after 20:00' }, () => {})
app.task('a', false, { timeout: { minutes: 5 }, multilaunch: 2, execution: 'main' }, () => {})
app.task('a', false, { timeout: 'never' }, () => {})
// @ts-expect-error a misspelled option
app.task('a', false, { prioritty: 3 }, () => {})
// @ts-expect-error a duration without a unit
app.task('a', false, { timeout: '5' }, () => {})
// @ts-expect-error no such execution
app.task('a', false, { execution: 'fork' }, () => {})
// @ts-expect-error a task has work
app.task('a', false)
createApp({ timezone: 'Europe/Helsinki', timeout: 'never', shutCondition: 'daily after 20:00' })
// @ts-expect-error a misspelled option
createApp({ timezne: 'UTC' })
// @ts-expect-error undefined differs from an omitted option
createApp({ timezone: undefined })

// Manual runs and their outcomes.
const measure = app.task('measure', false, { args: { city: 'Turku' } }, ({ city }) => city.length)
export const measured = async (): Promise<void> => {
  const { action, value, runId } = await measure.run({ city: 'Oulu' })
  same<Equal<typeof action, Outcome>>()
  same<Equal<typeof value, number | undefined>>()
  same<Equal<typeof runId, string>>()
  const handle = measure.run()
  handle.terminate()
  await handle.started
}
// @ts-expect-error params are values by name
measure.run(['Oulu'])
same<Equal<ReturnType<typeof session.task>, Task>>()
same<Equal<typeof run.value, unknown>>()
// A handle returns the task with its type; a name returns one whose value is unknown.
same<Equal<typeof typed.lastValue, number | undefined>>()
const typed = session.task(measure)
// @ts-expect-error a task is referenced by name or by handle
session.task(5)

// Commands.
session.send({ type: 'task.run', task: 'measure', params: { city: 'Oulu' } })
session.send({ type: 'session.shutDown', force: true })
session.send({ type: 'param.set', name: 'x', value: 1 })
// @ts-expect-error no such command
session.send({ type: 'task.start', task: 'measure' })
// @ts-expect-error the task name is missing
session.send({ type: 'task.run' })
// @ts-expect-error an unknown member of this command
session.send({ type: 'session.hold', force: true })
same<Equal<Extract<Command, { type: 'task.disable' }>['task'], string>>()

// News.
const off: () => void = session.on('run.ended', (news) => {
  same<Equal<typeof news.action, Outcome>>()
  same<Equal<typeof news.at, number>>()
})
off()
session.on('*', (news) => same<Equal<typeof news, News>>())
session.on('run.progress', ({ progress }) => progress.toFixed())
// @ts-expect-error an unknown event
session.on('run.finished', () => {})
session.on('run.started', (news) => {
  // @ts-expect-error a run that has started has no outcome yet
  news.action
})
session.events$.subscribe((news) => {
  if (news.type === 'run.missed') same<Equal<typeof news.dueAt, number>>()
})

// Streams.
same<Equal<Task['state'], 'idle' | 'running' | 'failed' | 'removed'>>()
same<Equal<Task['state$'], Observable<'idle' | 'running' | 'failed'>>>()
same<Equal<Task['holds$'], Observable<boolean>>>()
same<Equal<ReturnType<typeof session.watch>, Observable<boolean>>>()
session.watch('daily after 07:00')
session.watch(() => true)
session.watch(of(true))
session.watch(daily.after('07:00'))
// @ts-expect-error an unknown word
session.watch('dayly after 07:00')
// @ts-expect-error a number is not a condition
session.watch(7)

// Hooks.
const undo: () => void = app.hook('run', ({ run, task }) => {
  same<Equal<typeof run, Run>>()
  same<Equal<typeof task, Task | null>>()
  return ({ outcome }: { outcome?: Outcome }) => outcome
})
undo()
app.hook('task', ({ name }) => name.length)
// @ts-expect-error no such place for a hook
app.hook('end', () => {})
app.hook('cycle', (context) => {
  // @ts-expect-error a cycle has no run
  context.run
})

// Commands: every event that actors accept is JSON.
declare const event: CommandEvent
export const json: Json = event
// @ts-expect-error a value that JSON cannot represent
export const live: CommandEvent = { type: 'param.set', name: 'a', value: () => {} }
