/**
 * The main example: watches a folder, parses the CSV and JSON files that appear or change in it, and reports a total. The upload of
 * the report fails twice and is retried; a maintenance task pauses the other tasks during its cleanup.
 *
 * `npm start`, and Ctrl-C to stop. `GANTRY_SECONDS=5 npm start` stops by itself.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterSuccess, any, createApp, every, retry, returnOf, SkipRun, schedulerRunning } from 'gantry'
import { Inbox } from './inbox.ts'
import { parsePrices } from './prices.ts'

const folder = process.argv[2] ?? join(process.cwd(), 'examples', 'main', 'inbox')
const seconds = Number(process.env.GANTRY_SECONDS ?? Number.POSITIVE_INFINITY)

// The listener below prints the outcome of each run: the default logger would print failures a second time.
const app = createApp({
  logger: false,
  ...(Number.isFinite(seconds) ? { shutCondition: schedulerRunning({ moreThan: { seconds } }) } : {}),
})
const say = (text: string): void => console.log(`${app.session.now().toFormat('HH:mm:ss')}  ${text}`)
const inbox = new Inbox(folder)

const watchFolder = app.task('watch folder', every('1 second'), async () => {
  const files = await inbox.changes()
  if (files.length === 0) throw new SkipRun('no new files')
  say(`found ${files.map(({ name }) => name).join(', ')}`)
  return files
})

const parse = app.task(
  'parse files',
  afterSuccess(watchFolder),
  { args: { files: returnOf(watchFolder) } },
  async ({ files }, run) => {
    for (const [done, { name }] of files.entries()) {
      try {
        inbox.keep(name, parsePrices(name, await readFile(join(folder, name), 'utf8')))
      } catch (error) {
        // An invalid file is read again when it changes, and does not prevent others from being read.
        inbox.keep(name, [])
        say(`skipped ${name}: ${(error as Error).message}`)
      }
      run.progress((done + 1) / files.length, name)
    }
    return inbox.prices()
  },
)

const report = app.task(
  'report',
  afterSuccess(parse),
  { args: { prices: returnOf(parse) } },
  ({ prices }) => {
    const total = prices.reduce((sum, { price }) => sum + price, 0)
    say(
      `report: ${total.toFixed(2)} in total, from ${prices.length === 1 ? '1 price' : `${prices.length} prices`}`,
    )
    return total
  },
)

let attempts = 0
const upload = app.task(
  'upload',
  any(afterSuccess(report), retry(3, { delay: '500 ms', factor: 2 })),
  { args: { total: returnOf(report) } },
  ({ total }) => {
    attempts += 1
    if (attempts < 3) throw new Error(`the server is busy (attempt ${attempts})`)
    say(`uploaded the total of ${total.toFixed(2)} (attempt ${attempts})`)
  },
)

app.task('maintenance', afterSuccess(upload), async (_, run) => {
  run.session.pause() // no task starts until resume()
  const removed = await inbox.forgetDeleted()
  run.session.resume()
  say(`maintenance: ${removed.length === 0 ? 'nothing to clean up' : `forgot ${removed.join(', ')}`}`)
})

app.session.on('run.ended', ({ task, action, error }) => {
  if (action !== 'inaction') say(`${task}: ${action}${error === undefined ? '' : ` (${error.message})`}`)
})

await mkdir(folder, { recursive: true })
say(`watching ${folder}: put a CSV or JSON file there, or press Ctrl-C to stop`)
await app.run({ dashboard: true })
say('stopped')
