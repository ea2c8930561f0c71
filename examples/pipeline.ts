/**
 * A pipeline: each task starts when the one before it has succeeded, and receives its return value. The first step is flaky and is
 * retried; the types of all steps are inferred from the return values, without a cast.
 *
 * `CURRENCY=USD node dist/examples/pipeline.js` changes an arg from outside.
 */
import { afterSuccess, createApp, daily, env, retry, returnOf } from 'gantry'

// The listener below prints the outcome of each run: the default logger would print failures a second time.
const app = createApp({ logger: false, shutCondition: "task 'publish' has succeeded" })

let attempts = 0
const fetchPrices = app.task('fetch prices', daily.or(retry(3, { delay: '200 ms', factor: 2 })), async () => {
  attempts += 1
  if (attempts < 3) throw new Error(`the shop did not answer (attempt ${attempts})`)
  return [
    { product: 'apple', price: 0.5 },
    { product: 'pear', price: 0.75 },
  ]
})

const summarise = app.task(
  'summarise',
  afterSuccess(fetchPrices),
  { args: { rows: returnOf(fetchPrices), currency: env('CURRENCY').or('EUR') }, timeout: '5 minutes' },
  ({ rows, currency }) => {
    const dearest = rows.reduce((a, b) => (b.price > a.price ? b : a))
    return { count: rows.length, dearest: dearest.product, price: `${dearest.price.toFixed(2)} ${currency}` }
  },
)

app.task('publish', afterSuccess(summarise), { args: { summary: returnOf(summarise) } }, ({ summary }) => {
  console.log(`${summary.count} prices; the dearest is ${summary.dearest} at ${summary.price}`)
})

app.session.on('run.ended', ({ task, action, error }) => {
  console.log(`${task}: ${action}${error === undefined ? '' : `, ${error.message}`}`)
})

await app.run()
