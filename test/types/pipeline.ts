/** Return values as args of other tasks: types that must or must not compile. Nothing here runs. */
import {
  afterSuccess,
  all,
  any,
  createGroup,
  env,
  inaction,
  not,
  onEach,
  param,
  retry,
  returnOf,
} from 'gantry'
import { app, type Equal, type Price, same, type Work } from '../support/types/shapes.ts'

const prices = app.task('prices', 'daily after 07:00', async (): Promise<Price[]> => [])
same<Equal<typeof prices.lastValue, Price[] | undefined>>()

// Inaction is not a return value of the task.
const perhaps = app.task('perhaps', 'hourly', () =>
  app.session.cycles > 5 ? app.session.cycles : inaction('nothing to do'),
)
same<Equal<typeof perhaps.lastValue, number | undefined>>()

const report = app.task(
  'report',
  afterSuccess(prices),
  {
    args: {
      rows: returnOf(prices),
      stage: env('STAGE').or('dev'),
      limit: param<number>('limit').or(null),
      times: 3,
    },
  },
  ({ rows, stage, limit, times }, run) => {
    same<Equal<typeof rows, Price[]>>()
    same<Equal<typeof stage, string>>()
    same<Equal<typeof limit, number | null>>()
    same<Equal<typeof times, number>>()
    same<Equal<typeof run.signal, AbortSignal>>()
    // @ts-expect-error a price has no such member
    rows[0]?.cost
    return { total: rows.length, stage }
  },
)
same<Equal<typeof report.lastValue, { total: number; stage: string } | undefined>>()

// A reference of a group carries the type, too.
const group = createGroup({ prefix: 'shop.', start: 'time of week between Mon and Fri' })
const stock = group.task('stock', 'daily', () => new Map<string, number>())
app.task('low', afterSuccess(stock), { args: { stock: returnOf(stock) } }, ({ stock }) => {
  same<Equal<typeof stock, Map<string, number>>>()
})

// @ts-expect-error no such arg
app.task('typo', afterSuccess(prices), { args: { rows: returnOf(prices) } }, ({ row }) => row)
// @ts-expect-error the work takes numbers, not prices
app.task('wrong', afterSuccess(prices), { args: { rows: returnOf(prices) } }, sum)
app.task('none', afterSuccess(prices), ({ rows }) => {
  // @ts-expect-error a task without args receives none
  rows.length
})
// @ts-expect-error a return value belongs to a task, not to a value
returnOf(7)
// @ts-expect-error after a task, not after a number
afterSuccess(7)
// @ts-expect-error not a duration
retry(3, { delay: true })
// @ts-expect-error a text as a condition must be parsed with parse()
all('daily', prices)
// @ts-expect-error a stream is given to onEach() or to a task
any(not(onEach('stream')))

declare const sum: Work<{ rows: number[] }>
