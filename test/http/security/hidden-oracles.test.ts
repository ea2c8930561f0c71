/** Indirect ways to discover hidden tasks: searches, shared run ids, pages. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Served, serve } from '../../support/http/server.ts'

const hidden = new Set(['vault', 'removed', 'a'])
let served: Served

beforeAll(async () => {
  served = await serve(
    (app) => {
      app.task('vault', false, { runId: () => 'today' }, (_, run) => {
        run.log.info('line of vault')
        return run.params.stays === true
          ? new Promise((_, reject) => run.signal.addEventListener('abort', reject))
          : 1
      })
      app.task('removed', false, () => 1)
      app.task('a', false, () => 1)
      app.task("quotes 'a'", false, () => 1)
      app.task('open', false, { runId: () => 'today', description: "waits for 'vault'" }, (_, run) => {
        run.log.info('line of open')
        throw new Error("Cannot read the return of task 'removed'")
      })
      app.task('last', false, { description: "after task 'removed'" }, () => 1)
    },
    { authorize: ({ task }) => task === null || !hidden.has(task) },
  )
  const { session } = served.app
  await session.removeTask('removed')
})
afterAll(() => served.close())

// biome-ignore lint/suspicious/noExplicitAny: tests inspect any answer
const items = async (path: string): Promise<any[]> => (await served.ask('GET', path)).body.items

test('a search covers the masked text, not the hidden names', async () => {
  for (const text of ['vault', 'removed']) expect(await items(`/tasks?search=${text}`)).toEqual([])
  expect((await items('/tasks?search=waits')).map(({ name }) => name)).toEqual(['open'])
  await served.app.session.task('open').run()
  expect(await items('/logs?error=removed')).toEqual([])
  expect(await items('/logs?error=return%20of%20task')).toHaveLength(1)
})

test('a visible name that quotes a hidden one is kept, and pages of these names end', async () => {
  const names: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/tasks?limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const { body } = await served.ask('GET', path)
    names.push(body.items[0].name)
    if (names.length > 3) throw new Error(`the pages do not end: ${names}`)
    cursor = body.nextCursor
  }
  expect(names).toEqual(['last', 'open', "quotes 'a'"])
})

test('a run id that a hidden task uses as well leads to the visible run only', async () => {
  const { session } = served.app
  await session.task('open').run()
  for (let n = 0; n < 3; n++) await session.task('vault').run()
  const started = new Promise((resolve) => session.on('run.started', resolve))
  void session.task('vault').run({ stays: true })
  await started
  const run = await served.ask('GET', '/runs/today')
  expect([run.status, run.body.task, run.body.state]).toEqual([200, 'open', 'fail'])
  const lines = await items('/runs/today/logs')
  expect(new Set(lines.map(({ message }) => message))).toEqual(new Set(['line of open']))
  expect((await served.ask('POST', '/runs/today/terminate')).status).toBe(404)
  expect((await served.ask('GET', '/metrics')).text).not.toContain('vault')
})
