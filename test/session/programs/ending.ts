/** A session with all kinds of tasks and timers, which ends in the way of its first argument. Nothing here exits the process. */
import { createApp, every } from 'gantry'
import { interval } from 'rxjs'

type How = 'by itself' | 'by signal' | 'told' | 'fatal' | 'drain' | 'drain by default' | 'closing'
const [how, file] = process.argv.slice(2) as [How, string]
const say = (...what: unknown[]): void => console.log(what.join(' '))
/** Resources that keep the process alive, except its output and files that the module loader still closes. */
const resources = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => !['PipeWrap', 'CloseReq', 'FSReqCallback'].includes(name))

const app = createApp({
  store: `jsonl:${file}`,
  relaunchDelay: 1,
  logger: { debug() {}, info() {}, warn: (line) => how === 'told' && say(line), error() {} },
  onError: { hook: 'raise' },
  ...(how === 'drain' ? { drainTimeout: '1 second' } : {}),
})
const sleep = async (_: unknown, run: { readonly signal: AbortSignal }): Promise<void> =>
  await app.session.clock.sleep(3_600_000, { signal: run.signal })
app.task('waits for tomorrow', every('1 day'), () => {})
app.task('often', true, () => {})
app.task(
  'polls',
  app.condition(() => false),
  () => {},
)
app.task('listens', interval(1000) as never, () => {})
app.task('observes', true, { permanent: true }, sleep)
app.task('slow', false, sleep)
app.hook('run', ({ run }) => {
  if (run.task.name === 'breaks') throw new Error('fatal')
})
app.task('breaks', false, () => {})
app.task('down', false, { onShutdown: true }, () => say('shut-down task'))
app.hook('shutdown', () => say('shut-down hook'))
app.session.on('run.ended', ({ task, action }) => {
  if (task === 'slow') say(task, action)
})

const ran = app.run()
app.session.on('session.started', () => {
  if (how === 'by itself') app.session.shutDown()
  else if (how === 'fatal') void app.session.task('breaks').run()
  else
    void app.session
      .task('slow')
      .run()
      .started.then(() => say('slow runs'))
})
try {
  await ran
  say('stopped')
} catch (error) {
  say('ended with', (error as Error).message)
}
say('left', resources().join(', ') || 'nothing')
process.on('exit', () => say('exits'))
