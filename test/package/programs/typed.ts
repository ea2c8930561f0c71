// The installed types under a user's compiler, with library checks enabled.
import { afterSuccess, type Command, createApp, daily, env, type News, returnOf, type Session } from 'gantry'
import { createStatelyInspector } from 'gantry/inspect'
import { taskMachine } from 'gantry/machines'
import { TestClock } from 'gantry/testing'

declare module 'gantry' {
  interface StatementWords {
    'file {path} exists': true
  }
}

const app = createApp({ clock: new TestClock(), timezone: 'Europe/Helsinki' })
const prices = app.task('fetch', daily.after('07:00'), async () => [{ product: 'pear', price: 0.75 }])
const report = app.task(
  'report',
  afterSuccess(prices),
  { args: { rows: returnOf(prices), stage: env('STAGE').or('dev') } },
  ({ rows, stage }) => `${stage}: ${rows.map(({ price }) => price.toFixed(2)).join()}`,
)
export const text: string | undefined = report.lastValue
export const at: string | null | undefined = report.lastRun?.toISO()
export const ask: Command = { type: 'task.run', task: 'report' }
export const listen = (session: Session): (() => void) =>
  session.on('run.ended', (news: Extract<News, { type: 'run.ended' }>) => news.action)
export const subscribe = (session: Session) => session.events$.subscribe((news) => news.at)
export const id: string = taskMachine.id
export const look = async () => createApp({ inspect: (await createStatelyInspector()).inspect })
app.task('custom words', 'file prices.csv exists', () => {})

// @ts-expect-error a misspelled statement
app.task('misspelled', 'dayly after 07:00', () => {})
// @ts-expect-error the return value of the task is an array of prices, not a number
report.lastValue satisfies number
