/** Every route of the table with every kind of caller and origin. A new route is covered as soon as it is in the table. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type App, createApp } from 'gantry'
import { createHttp, type Http, type HttpOptions } from 'gantry/http'
import { isMutation, type Route } from '../../../src/http/api/route.ts'
import { prefix, routes } from '../../../src/http/routes/table.ts'
import { contract, tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

const bodies: Record<string, unknown> = {
  createTask: { template: 'copy', name: 'made' },
  setParameter: { value: 1 },
  backfillTask: { from: 0, to: 1 },
  sendRunEvent: { type: 'approve' },
  sendCommand: { type: 'task.disable', task: 'a' },
}

const asks = {
  tokens: { none: null, wrong: `no-${'n'.repeat(40)}`, read: tokens.readToken, all: tokens.token },
  hosts: { right: 'localhost:4600', foreign: 'evil.test' },
  sites: {
    same: { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:4600' },
    cross: { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' },
  },
} as const

type Cell = readonly [keyof typeof asks.tokens, keyof typeof asks.hosts, keyof typeof asks.sites]

const cells = Object.keys(asks.tokens).flatMap((token) =>
  Object.keys(asks.hosts).flatMap((host) =>
    Object.keys(asks.sites).map((site) => [token, host, site] as unknown as Cell),
  ),
)

/** The required status of a cell; null for any status that grants access. */
function expected(route: Route, [token, host, site]: Cell): number | null {
  if (host === 'foreign') return 421
  if (isMutation(route) && site === 'cross') return 403
  if (route.permission === 'public') return null
  if (token === 'none' || token === 'wrong') return 401
  return isMutation(route) && token === 'read' ? 403 : null
}

let app: App
const made: Http[] = []

const make = (options: HttpOptions): Http => {
  const http = createHttp(app.session, {
    auth: tokens,
    limits: { wrongTokens: 100_000 },
    ...options,
  })
  made.push(http)
  return http
}

beforeAll(() => {
  app = createApp({ logger: silent, templates: { copy: { work: () => {} } } })
  app.task('a', false, () => {})
  app.param('x', 1)
})
afterAll(() => Promise.all(made.map((http) => http.close())))

async function ask(http: Http, route: Route, [token, host, site]: Cell, more: Record<string, string> = {}) {
  const path = route.path
    .replace('{name}', route.path.includes('parameters') ? 'x' : 'a')
    .replace('{runId}', 'r')
    .replace('{kind}', 'run')
  const given = asks.tokens[token]
  const response = await http.fetch(
    new Request(`http://${asks.hosts[host]}${prefix}${path}`, {
      method: route.method,
      headers: {
        ...asks.sites[site],
        ...(given === null ? {} : { authorization: `Bearer ${given}` }),
        ...(isMutation(route) ? { 'content-type': 'application/json' } : {}),
        ...more,
      },
      ...(isMutation(route) && bodies[route.name] !== undefined
        ? { body: JSON.stringify(bodies[route.name]) }
        : {}),
    }),
  )
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!
  const isStream = type === 'text/event-stream'
  if (isStream) await response.body?.cancel()
  else contract({ method: route.method, path, status: response.status, type, text: await response.text() })
  return response
}

const audits = async () => (await app.session.log.notes({ note: 'audit' })).length

describe('the security matrix', () => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s',
    async (_, route) => {
      const http = make({})
      const wrong: string[] = []
      const before = await audits()
      for (const cell of cells.filter((each) => expected(route, each) !== null)) {
        const { status } = await ask(http, route, cell)
        if (status !== expected(route, cell))
          wrong.push(`${cell.join(' ')}: ${status}, not ${expected(route, cell)}`)
      }
      // Refused requests had no effect.
      expect(await audits()).toBe(before)
      for (const cell of cells.filter((each) => expected(route, each) === null)) {
        const { status } = await ask(http, route, cell)
        if ([401, 403, 405, 421].includes(status))
          wrong.push(`${cell.join(' ')}: ${status}, and it should be let in`)
      }
      expect(wrong).toEqual([])
    },
  )

  test('read-only: no change is made, even with the token for full access', async () => {
    const http = make({ readOnly: true })
    const before = await audits()
    for (const route of routes) {
      const { status } = await ask(http, route, ['all', 'right', 'same'])
      expect([route.name, status === 405]).toEqual([route.name, isMutation(route)])
    }
    expect(await audits()).toBe(before)
  })

  test('authorize is called for each action, and refused actions have no effect', async () => {
    const asked: string[] = []
    const http = make({
      authorize: ({ permission, task, who }) => {
        asked.push(`${who.name} ${permission} ${task}`)
        return permission === 'read'
      },
    })
    const before = await audits()
    for (const route of routes) {
      const { status } = await ask(http, route, ['all', 'right', 'same'])
      expect([route.name, status === 403]).toEqual([route.name, isMutation(route)])
    }
    expect(await audits()).toBe(before)
    expect(asked).toContain('token task.run a')
    // For `POST /events`, `authorize` is called with the command in the body.
    expect(asked.filter((each) => each === 'token task.disable a')).toHaveLength(2)
  })

  test('a function may identify the caller, and an unknown caller is refused', async () => {
    const http = make({
      auth: async (request) => {
        const name = request.headers.get('x-user')
        return name === null ? null : { name, access: name === 'root' ? 'all' : 'read' }
      },
    })
    const hold = routes.find(({ name }) => name === 'holdSession')!
    const statusFor = async (user: Record<string, string>) =>
      (await ask(http, hold, ['none', 'right', 'same'], user)).status
    expect(await statusFor({})).toBe(401)
    expect(await statusFor({ 'x-user': 'guest' })).toBe(403)
    expect(await statusFor({ 'x-user': 'root' })).toBe(202)
  })

  test('without tokens every local client has access, other sites have not', async () => {
    const http = make({ auth: 'none' })
    for (const route of routes) {
      const cross = await ask(http, route, ['none', 'right', 'cross'])
      expect([route.name, cross.status === 403]).toEqual([route.name, isMutation(route)])
      expect([401, 403]).not.toContain((await ask(http, route, ['none', 'right', 'same'])).status)
    }
  })
})
