/** A command over HTTP is the event that its method sends. */
import { afterEach, expect, test } from '@jest/globals'
import { createHttp } from 'gantry/http'
import { commandTypes } from '../../../machines/commands.ts'
import { routes as served } from '../../../src/http/routes/table.ts'
import { type Control, commandsIn, controls, startDesk } from '../../support/controls.ts'
import { tearDown } from '../../support/session.ts'

afterEach(tearDown)

const token = `all-${'a'.repeat(40)}`

/** The dedicated routes, one for each command that has one: method, path and body. */
const routes: Readonly<Record<string, readonly [string, string, unknown?]>> = {
  'task.run': ['POST', '/tasks/quick/run', { params: { n: 7 } }],
  'task.backfill': ['POST', '/tasks/quick/backfill', { from: '2026-11-22', to: '2026-11-24T12:00' }],
  'task.disable': ['POST', '/tasks/quick/disable'],
  'task.enable': ['POST', '/tasks/quick/enable'],
  'task.terminate': ['POST', '/tasks/slow/terminate'],
  'run.send': ['POST', '/runs/{runId}/events', { type: 'approve' }],
  'task.update': ['PATCH', '/tasks/quick', { start: 'every 1 hour', priority: 3 }],
  'task.remove': ['DELETE', '/tasks/slow'],
  'param.set': ['PUT', '/session/parameters/stage', { value: { name: 'dev' } }],
  'param.unset': ['DELETE', '/session/parameters/stage'],
  'session.shutDown': ['POST', '/session/shut_down', { force: true }],
  'session.restart': ['POST', '/session/restart'],
  'session.hold': ['POST', '/session/hold'],
  'session.resume': ['POST', '/session/resume'],
  'session.update': ['PATCH', '/session/config', { relaunchDelay: '2 minutes' }],
}

/** The methods that correspond to a route, where those of the commands leave out what the route names. */
const methods: Readonly<Record<string, Control['method']>> = {
  'run.send': ({ session }) => session.task('order').send({ type: 'approve' }, session.runs()[0]?.id),
}

const rows = controls.flatMap((control) => {
  const route = routes[control.type]
  const byEvent = ['POST', '/events', control.command] as const
  return [
    { ...control, route: byEvent, path: byEvent[1] },
    ...(route === undefined
      ? []
      : [{ ...control, method: methods[control.type] ?? control.method, route, path: route[1] }]),
  ]
})

test('the table has every command with a route, except task.create', () => {
  const permissions: readonly string[] = served.map(({ permission }) => permission)
  const routed = commandTypes.filter((type) => permissions.includes(type) && type !== 'task.create')
  expect(Object.keys(routes).sort()).toEqual([...routed].sort())
})

test.each(rows)('$type by $path', async ({ type, method, before, route: [verb, path, body] }) => {
  const byMethod = await startDesk(before)
  method(byMethod)
  await byMethod.clock.settled()
  const byHttp = await startDesk(before)
  const http = createHttp(byHttp.session, { auth: { token } })
  const response = await http.fetch(
    new Request(`http://127.0.0.1/api/v1${path.replace('{runId}', byHttp.session.runs()[0]?.id ?? '')}`, {
      method: verb,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', host: '127.0.0.1' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    { address: '127.0.0.1' },
  )
  expect([response.status, response.status < 300 ? '' : await response.text()]).toEqual([response.status, ''])
  await byHttp.clock.settled()
  const events = commandsIn(byHttp.seen, type)
  expect(events).not.toEqual([])
  expect(events).toEqual(commandsIn(byMethod.seen, type))
  await http.close()
})
