/** Audit notes: what was changed, and by whom, with secrets masked. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
beforeEach(async () => {
  served = await serve(
    (app) => {
      app.task('report', 'daily after 07:00', { args: { day: 1 } }, () => {})
      app.param('stage', 'dev')
      app.param('apiToken', 'old-value')
    },
    {},
    { templates: { copy: { work: () => {} } } },
  )
})
afterEach(() => served.close())

const noteOf = async (method: string, path: string, body: unknown) => {
  const { status } = await served.ask(method, path, { body })
  expect(status).toBeLessThan(300)
  const [note] = (await served.ask('GET', '/notes?note=audit&limit=1')).body.items
  const { who, address, permission, ...said } = note.data
  expect([who, address, permission]).toEqual(['token', '127.0.0.1', note.message])
  return { task: note.task, ...said }
}

const asked = [
  [
    'a start',
    ['PATCH', '/tasks/report', { start: 'hourly', priority: 2 }],
    ['task.update', { task: 'report', options: { start: 'hourly', priority: 2 } }],
    {
      task: 'report',
      changes: [
        { name: 'start', from: 'daily after 07:00', to: 'hourly' },
        { name: 'priority', from: 0, to: 2 },
      ],
    },
  ],
  [
    'a param',
    ['PUT', '/session/parameters/stage', { value: 'prod' }],
    ['param.set', { name: 'stage', value: 'prod' }],
    { param: 'stage', changes: [{ name: 'stage', from: 'dev', to: 'prod' }] },
  ],
  [
    'a secret param',
    ['PUT', '/session/parameters/apiToken', { value: 'new-value' }],
    ['param.set', { name: 'apiToken', value: 'new-value' }],
    { param: 'apiToken', changes: [{ name: 'apiToken', from: '(redacted)', to: '(redacted)' }] },
  ],
  [
    'an option of the session',
    ['PATCH', '/session/config', { timezone: 'Asia/Tokyo', shutCondition: false }],
    ['session.update', { options: { timezone: 'Asia/Tokyo', shutCondition: false } }],
    {
      changes: [
        { name: 'timezone', from: 'Europe/Helsinki', to: 'Asia/Tokyo' },
        { name: 'shutCondition', to: 'false' },
      ],
    },
  ],
  [
    'a new task',
    ['POST', '/tasks', { template: 'copy', name: 'made', description: 'd' }],
    ['task.create', { task: 'made', template: 'copy', options: { description: 'd' } }],
    { template: 'copy', changes: [{ name: 'description', to: 'd' }] },
  ],
] as const

test.each(asked)('%s, by the route', async (_, [method, path, body], _command, expected) => {
  expect(await noteOf(method, path, body)).toMatchObject(expected)
})

test.each(asked)('%s, by a command', async (_, _route, [type, fields], expected) => {
  expect(await noteOf('POST', '/events', { type, ...fields })).toMatchObject(expected)
})

test('the tasks of session.run', async () => {
  expect(await noteOf('POST', '/events', { type: 'session.run', tasks: ['report'] })).toMatchObject({
    tasks: ['report'],
  })
})
