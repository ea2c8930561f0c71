/** Hidden tasks with names that are hard to hide: names of prototypes, with quotes, of words in Gantry's messages. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { App } from 'gantry'
import { type Served, serve } from '../../support/http/server.ts'

const hidden = [
  '__proto__',
  'constructor',
  'toString',
  "it's",
  'a\\b',
  '..',
  '~x',
  'run',
  'vault 2',
  '*',
  '(x',
  'vault',
]
const quoted = (name: string): string => `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
/** The name in double quotes, which statements accept as well. */
const doubled = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
const statement = `after tasks ${hidden.map(quoted).join(', ')} succeeded`

let served: Served
beforeAll(async () => {
  served = await serve(
    (app: App) => {
      app.condition('{who:task} is in', () => true)
      for (const name of hidden) app.task(name, false, { description: `desc of ${name}` }, () => 'value')
      app.task('open', statement, () => 1)
    },
    { authorize: ({ task }) => task === null || !hidden.includes(task) },
  )
  for (const name of hidden) await served.app.session.task(name).run()
})
afterAll(() => served.close())

const lists = [
  '/tasks',
  '/tasks?search=desc',
  '/graph',
  '/next_starts',
  '/forecast?limit=5',
  '/logs?limit=1',
  '/runs?limit=1',
  '/runs?perTask=2',
  '/notes',
  '/metrics',
  '/tasks/open',
  '/tasks/open/why',
  `/tasks/open/explain?at=${Date.now()}`,
  '/tasks/open/machine',
  '/session',
]

test.each(lists)('%s reveals none of them', async (path) => {
  const { status, text, headers } = await served.ask('GET', path)
  expect(status).toBe(200)
  const told = `${text}${JSON.stringify([...headers])}`
  for (const name of hidden.filter((each) => each !== '*' && each !== '..' && each !== 'run'))
    expect(told).not.toContain(JSON.stringify(name).slice(1, -1))
  expect(told).not.toContain('desc of')
  for (const name of hidden) expect(told).not.toContain(JSON.stringify(quoted(name)).slice(1, -1))
})

test.each(hidden)('%j is answered like an unknown name, in any encoding', async (name) => {
  const escaped = name === '..' || name.startsWith('~') ? `~${name}` : name
  const everyByte = [...escaped]
    .map((each) => `%${each.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .join('')
  for (const form of [encodeURIComponent(escaped), everyByte]) {
    for (const [method, tail] of [
      ['GET', ''],
      ['GET', '/why'],
      ['POST', '/run'],
      ['POST', '/disable'],
      ['DELETE', ''],
    ] as const) {
      const { status, body } = await served.ask(method, `/tasks/${form}${tail}`)
      expect([form, method, tail, status, body.code, body.near]).toEqual([
        form,
        method,
        tail,
        404,
        'task-not-found',
        undefined,
      ])
    }
    expect((await served.ask('GET', `/tasks/${form}/logs`)).body.items).toEqual([])
  }
  for (const start of [
    `after task ${quoted(name)} succeeded`,
    `after any tasks 'open', ${quoted(name)} failed`,
    `TASK ${quoted(name)} is running`,
    `after task ${doubled(name)} succeeded`,
    `after any tasks 'open',${doubled(name)} failed`,
    `daily & ~( task ${doubled(name)} has failed today)`,
    `${doubled(name)} is in`,
  ]) {
    const { status, text } = await served.ask('PATCH', '/tasks/open', { body: { start } })
    expect([start, status]).toEqual([start, 403])
    expect(text).not.toContain(quoted(name))
  }
  const { session } = served.app
  expect([session.task(name).disabled, (await session.log.query({ task: name })).length]).toEqual([false, 2])
})

test('a similar name gives no hint to them', async () => {
  for (const name of ['vaul', 'tostring', 'constructo']) {
    const { body } = await served.ask('GET', `/tasks/${name}`)
    expect([body.near, body.hint]).toEqual([undefined, undefined])
    await served.ask('PATCH', '/tasks/open', { body: { start: `after task '${name}' succeeded` } })
    const why = await served.ask('GET', '/tasks/open/why')
    expect(why.text.replaceAll(`'${name}'`, '')).not.toMatch(/vault|toString|constructor|did you mean/i)
  }
  await served.ask('PATCH', '/tasks/open', { body: { start: 'false' } })
})
