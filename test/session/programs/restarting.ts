/** Restarts once in the given mode, and writes the start and end of each process to a file. */
import { appendFileSync, readFileSync } from 'node:fs'
import { createApp } from 'gantry'

const [mode, file] = process.argv.slice(2) as ['relaunch' | 'replace', string]
const say = (what: string): void => appendFileSync(file, `${what} ${process.pid}\n`)
say('start')
const lives = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('start')).length
const app = createApp({ restarting: mode, store: `jsonl:${file}.log` })
app.task('once', 'every 1 hour', { runId: () => `run of life ${lives}` }, (_, run) => {
  if (lives === 1) run.session.restart()
  else run.session.shutDown()
})
app.task('manual', false, () => {})
app.hook('shutdown', () => say('shut down'))
if (lives === 2) void app.session.task('once').run()
await app.run()
say('stopped')
if (lives === 2) process.exitCode = 7
