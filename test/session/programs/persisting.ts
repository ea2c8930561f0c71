/** Changes a session with `persist` and waits to be killed, or prints what is restored. */
import { createApp } from 'gantry'

const [act, store] = process.argv.slice(2) as ['change' | 'show', string]
const app = createApp({
  store,
  persist: true,
  logger: false,
  timeout: 'never',
  params: { stage: act === 'change' ? 'dev' : 'test', size: 1, ...(act === 'show' ? { added: 1 } : {}) },
  templates: { ping: { work: () => {} } } as never,
})
app.task('report', 'daily', { timeout: '1 hour' }, () => {})
app.task('off', 'daily', () => {})
const session = await app.start()
if (act === 'change') {
  session.params.unset('stage')
  session.params.set('size', 2)
  session.task('report').update({ timeout: undefined, priority: 7 } as never)
  session.task('off').disable()
  session.createFrom('ping', 'ping')
  await session.createFrom('ping', 'gone').run()
  await session.removeTask('gone')
  const isSaved = async (): Promise<boolean> => {
    const [note] = await session.log.notes({ note: 'state', limit: 1 })
    return /"size":2/.test(JSON.stringify(note)) && !/gone/.test(JSON.stringify(note))
  }
  while (!(await isSaved())) await session.clock.sleep(1)
  console.log('saved')
} else {
  console.log(
    JSON.stringify([
      session.params.toJSON(),
      session.task('report').toJSON().timeoutMs,
      session.task('report').priority,
      session.task('off').disabled,
      session.tasks().map(({ name }) => name),
    ]),
  )
  session.shutDown()
}
