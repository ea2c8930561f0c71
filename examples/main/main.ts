/**
 * The main job: a folder is watched, the CSV and JSON files that appear in it are parsed, and a report is built from what
 * the tasks return. A flaky step is retried, and a maintenance task steers the rest.
 *
 * `npm start`; Ctrl-C stops it. `GANTRY_SECONDS=5 npm start` stops by itself.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import {
  afterFinish,
  any,
  createApp,
  every,
  failed,
  Inaction,
  not,
  retry,
  returnOf,
  schedulerRunning,
} from 'gantry'

interface Price {
  readonly product: string
  readonly price: number
}

const inbox = process.argv[2] ?? join(process.cwd(), 'examples', 'main', 'inbox')
const seconds = Number(process.env.GANTRY_SECONDS ?? Number.POSITIVE_INFINITY)

const app = createApp(
  Number.isFinite(seconds) ? { shutCondition: schedulerRunning({ moreThan: { seconds } }) } : {},
)
const say = (text: string): void => console.log(`${app.session.now().toFormat('HH:mm:ss')}  ${text}`)

const parsers: Readonly<Record<string, (text: string) => Price[]>> = {
  '.csv': (text) =>
    text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([product, price]) => ({ product: product ?? '', price: Number(price) })),
  '.json': (text) => JSON.parse(text) as Price[],
}

const parsed = new Set<string>()
const prices: Price[] = []

const watchFolder = app.task('watch folder', every('1 second'), async () => {
  const names = (await readdir(inbox)).filter((name) => extname(name) in parsers && !parsed.has(name))
  if (names.length === 0) throw new Inaction('no new files')
  say(`found ${names.join(', ')}`)
  return names
})

const parse = app.task(
  'parse files',
  "after task 'watch folder' succeeded",
  { args: { names: returnOf(watchFolder) } },
  async ({ names }, run) => {
    for (const [done, name] of names.entries()) {
      prices.push(...parsers[extname(name)]!(await readFile(join(inbox, name), 'utf8')))
      parsed.add(name)
      run.progress((done + 1) / names.length, name)
    }
    return prices.length
  },
)

app.task('report', "after task 'parse files' succeeded", { args: { rows: returnOf(parse) } }, ({ rows }) => {
  const total = prices.reduce((sum, { price }) => sum + price, 0)
  say(`report: ${rows} prices, ${total.toFixed(2)} in all`)
})

let attempts = 0
app.task('upload', any(every('1 hour'), retry(3, { delay: '500 ms', factor: 2 })), () => {
  attempts += 1
  if (attempts < 3) throw new Error(`the far side is busy (attempt ${attempts})`)
  say(`uploaded at attempt ${attempts}`)
})

app.task('maintenance', afterFinish('upload').and(not(failed('upload').past('1 second'))), (_, run) => {
  const upload = run.session.task('upload')
  if (upload.status === 'success') {
    upload.disable()
    say(`maintenance: upload is done for now: ${upload.explain().sentence}`)
  }
})

app.session.on('run.ended', ({ task, action, error }) => {
  if (action !== 'inaction') say(`${task}: ${action}${error === undefined ? '' : ` (${error.message})`}`)
})

say(`watching ${inbox}; put a CSV or JSON file there, or press Ctrl-C`)
await app.run({ dashboard: true })
say('stopped')
