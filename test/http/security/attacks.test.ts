/** Attacks, all of which must fail. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createApp } from 'gantry'
import { createHttp } from 'gantry/http'
import { routes } from '../../../src/http/routes/table.ts'
import { sendRaw, statusesIn } from '../../support/http/raw.ts'
import { type Served, serve, tokens } from '../../support/http/server.ts'
import { seed } from '../../support/property.ts'
import { silent } from '../../support/silent.ts'

let served: Served
beforeEach(async () => {
  served = await serve((app) => {
    app.task('a', false, (args) => args)
    app.param('x', 1)
  })
})
afterEach(() => served.close())

const bearer = `authorization: Bearer ${tokens.token}\r\n`
const json = 'content-type: application/json\r\n'
const disabled = () => served.app.session.task('a').disabled

describe('cross-site request forgery', () => {
  const disable = '/tasks/a/disable'
  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' }, 403],
    ['a form of an old browser', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['JSON as text', { 'content-type': 'text/plain' }, 415],
    ['JSON as text with a parameter', { 'content-type': 'text/plain; application/json' }, 415],
    ['a type that begins alike', { 'content-type': 'application/jsonp' }, 415],
    ['no origin, cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['no origin, same-site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a null origin', { origin: 'null' }, 403],
    ['an origin that is no URL', { origin: 'evil' }, 403],
    ['a foreign origin', { origin: 'http://evil.test' }, 403],
    ['an origin on another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['an origin that begins alike', { origin: 'http://127.0.0.1.evil.test' }, 403],
  ])('%s is refused, and nothing is changed', async (_, headers, status) => {
    expect((await served.ask('POST', disable, { headers })).status).toBe(status)
    expect(disabled()).toBe(false)
  })

  test('the dashboard and programs are accepted', async () => {
    const own = { origin: served.url, 'sec-fetch-site': 'same-origin' }
    expect((await served.ask('POST', disable, { headers: own })).status).toBe(200)
    expect((await served.ask('POST', disable)).status).toBe(200)
  })

  test('no answer lets a page of another origin read it', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: 'http://evil.test', 'access-control-request-method': 'POST' }
      const { headers: answered } = await served.ask(method, '/tasks', { headers, token: null })
      expect([...answered.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })
})

describe('DNS rebinding', () => {
  test.each([
    ['Host: evil.test', 421],
    ['Host: localhost.evil.test', 421],
    ['Host: evil.localhost.test', 421],
    ['Host: 127.0.0.1.nip.io', 421],
    ['Host: 127.0.0.1:4600@evil.test', 400],
    ['Host: evil.test@127.0.0.1', 400],
    ['Host: 127.0.0.1, evil.test', 400],
    ['Host: localhost\r\nHost: evil.test', 421],
    ['Host: evil.test\r\nHost: localhost', 421],
    ['Host:', 400],
    ['X: y', 400],
  ])('%j is refused', async (host, status) => {
    const got = await sendRaw(served.port, `GET /api/v1/healthz HTTP/1.1\r\n${host}\r\n${bearer}\r\n`)
    expect([status, 421, 400]).toContain(statusesIn(got)[0])
    expect(statusesIn(got)[0]).toBeGreaterThanOrEqual(400)
  })

  test('an absolute URL in the request line does not override the header', async () => {
    const got = await sendRaw(
      served.port,
      `GET http://evil.test/api/v1/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    )
    expect(statusesIn(got)).toEqual([421])
  })

  test.each(['localhost', 'LOCALHOST:4600', 'gantry.localhost', '127.0.0.1', '[::1]:80'])(
    '%s is ours',
    async (host) => {
      const got = await sendRaw(served.port, `GET /api/v1/healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      expect(statusesIn(got)).toEqual([200])
    },
  )

  test('`hosts` adds names; without tokens it listens on this machine only', async () => {
    const app = createApp({ logger: silent })
    const named = createHttp(app.session, { auth: tokens, hosts: ['gantry.example.com'] })
    const status = async (url: string) => (await named.fetch(new Request(url))).status
    expect(await status('http://gantry.example.com/api/v1/healthz')).toBe(200)
    expect(await status('http://evil.example.com/api/v1/healthz')).toBe(421)
    const open = createHttp(app.session, { auth: 'none' })
    await expect(open.listen({ port: 0, host: '0.0.0.0', print: () => {} })).rejects.toThrow(/without tokens/)
    await Promise.all([named.close(), open.close()])
  })
})

describe('bypassing the token', () => {
  const wrong = [
    ['none', ''],
    ['empty', 'authorization: \r\n'],
    ['Bearer alone', 'authorization: Bearer \r\n'],
    ['lower case', `authorization: Bearer ${tokens.token.toUpperCase()}\r\n`],
    ['two headers', `${bearer}${bearer}`],
    ['Basic', `authorization: Basic ${tokens.token}\r\n`],
    ['a part', `authorization: Bearer ${tokens.token.slice(0, -1)}\r\n`],
    ['a longer one', `authorization: Bearer ${tokens.token}a\r\n`],
    ['in a cookie', `cookie: token=${tokens.token}\r\n`],
  ] as const

  test.each(wrong)('%s opens no route', async (_, header) => {
    for (const route of routes.filter(({ permission }) => permission !== 'public')) {
      const path = route.path.replace('{name}', 'a').replace('{runId}', 'r').replace('{kind}', 'run')
      const got = await sendRaw(
        served.port,
        `${route.method} /api/v1${path} HTTP/1.1\r\nHost: localhost\r\n${json}${header}content-length: 0\r\n\r\n`,
      )
      expect([route.name, [401, 429]]).toEqual([route.name, expect.arrayContaining([statusesIn(got)[0]])])
    }
    expect(disabled()).toBe(false)
  })

  test('a token in the URL is ignored', async () => {
    const { status } = await served.ask('GET', `/session?token=${tokens.token}`, { token: null })
    expect(status).toBe(401)
  })

  test.each([
    '//api/v1/tasks',
    '/API/V1/TASKS',
    '/api/v1/Tasks',
    '/api/v1/tasks/',
    '/api/v1//tasks',
    '/api/v1/healthz/../tasks',
    '/api/v1/healthz/%2e%2e/tasks',
    '/api/v1/healthz/..;/tasks',
    '/api/v1/healthz%2f..%2ftasks',
    '/api/v1/%74asks',
    '/api%2fv1%2ftasks',
    '/api/v1/tasks%00',
    '/api/v1/tasks?/healthz',
    '/api/v1/healthz\\..\\tasks',
    '/../../etc/passwd',
    '/',
  ])('%s tells nothing without a token', async (path) => {
    const got = await sendRaw(served.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect([400, 401, 404]).toContain(statusesIn(got)[0])
    expect(got).not.toContain('"items"')
  })

  test.each(['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'LINK', 'PROPFIND', 'HEAD'])(
    '%s does nothing',
    async (method) => {
      const path = method === 'HEAD' ? '/api/v1/session' : '/api/v1/tasks/a/disable'
      const got = await sendRaw(
        served.port,
        `${method} ${path} HTTP/1.1\r\nHost: localhost\r\ncontent-length: 0\r\n\r\n`,
      )
      expect([400, 401, 404, 405]).toContain(statusesIn(got)[0])
      const known = await sendRaw(
        served.port,
        `${method} /api/v1/tasks/a/disable HTTP/1.1\r\nHost: localhost\r\n${bearer}content-length: 0\r\n\r\n`,
      )
      expect([400, 404, 405]).toContain(statusesIn(known)[0])
      expect(disabled()).toBe(false)
    },
  )

  test('wrong tokens are rate-limited for a minute, the right one is not', async () => {
    const ask = async (token: string | null) => (await served.ask('GET', '/session', { token })).status
    const guesses: number[] = []
    for (let i = 0; i < 12; i++) guesses.push(await ask(`guess-${i}-${'x'.repeat(32)}`))
    expect(guesses).toEqual([...Array(10).fill(401), 429, 429])
    expect(await ask(tokens.token)).toBe(200)
    expect(await ask(null)).toBe(401)
  })

  test('a token must be long; generated ones are, and they differ', () => {
    const { session } = createApp({ logger: silent })
    expect(() => createHttp(session, { auth: { token: 'short' } })).toThrow(RangeError)
    const [a, b] = [createHttp(session), createHttp(session)]
    expect(Buffer.from(a.token!, 'base64url')).toHaveLength(32)
    expect(a.token).not.toBe(b.token)
  })
})

describe('bodies', () => {
  const post = (headers: string, body: string | Buffer) =>
    Buffer.concat([
      Buffer.from(`POST /api/v1/tasks/a/run HTTP/1.1\r\nHost: localhost\r\n${json}${bearer}${headers}\r\n`),
      Buffer.from(body),
    ])

  test('one with too large a content-length is refused unread', async () => {
    const got = await sendRaw(served.port, post('content-length: 10000000000\r\n', ''))
    expect(statusesIn(got)).toEqual([413])
  })

  test('one that arrives in endless pieces is cut off, and the connection closed', async () => {
    const piece = `2000\r\n${'x'.repeat(0x2000)}\r\n`
    const got = await sendRaw(
      served.port,
      post('transfer-encoding: chunked\r\n', piece.repeat(40)),
      () => false,
    )
    expect(statusesIn(got)).toEqual([413])
  })

  test('a missing body needs no type if the body is optional; a present one does', async () => {
    const send = (path: string, body = '') =>
      sendRaw(
        served.port,
        `POST /api/v1${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${tokens.token}\r\n${body === '' ? '' : `content-length: ${body.length}\r\n`}connection: close\r\n\r\n${body}`,
      )
    for (const path of [
      '/tasks/a/run',
      '/tasks/a/disable',
      '/tasks/a/enable',
      '/session/hold',
      '/session/resume',
    ])
      expect(statusesIn(await send(path)).map((status) => [path, status < 300])).toEqual([[path, true]])
    expect(statusesIn(await send('/tasks/a/backfill'))).toEqual([422])
    expect(statusesIn(await send('/tasks/a/run', '{}'))).toEqual([415])
  })

  test('a compressed one is refused', async () => {
    const { status } = await served.ask('POST', '/tasks/a/run', {
      headers: { 'content-encoding': 'gzip' },
      body: 'x',
    })
    expect(status).toBe(415)
  })

  test.each(['__proto__', 'constructor', 'prototype'])('a key %s at any depth is refused', async (key) => {
    for (let depth = 0; depth < 5; depth++) {
      const value = `${'{"a":'.repeat(depth)}{"${key}":{"x":1}}${'}'.repeat(depth)}`
      const { status, body } = await served.ask('POST', '/tasks/a/run', { body: `{"params":${value}}` })
      expect([status, body.code]).toEqual([400, 'prototype-key'])
    }
    expect(
      (await served.ask('POST', '/tasks/a/run', { body: '{"params":{"\\u005f_proto__":1}}' })).status,
    ).toBe(400)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  test.each([
    ['not JSON', '{'],
    ['deep', '['.repeat(60_000)],
    ['deep and whole', `{"params":{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}}`],
    ['a text', '"x"'],
    ['a number', '1e999'],
    ['null', 'null'],
  ])('%s is refused with a problem', async (_, body) => {
    const { status } = await served.ask('POST', '/tasks/a/run', { body })
    expect([400, 422]).toContain(status)
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const got = await sendRaw(served.port, post('content-length: 3\r\n', Buffer.from([0x22, 0xff, 0x22])))
    expect(statusesIn(got)).toEqual([400])
  })

  test('shell syntax arrives unchanged', async () => {
    const value = '$(touch /tmp/x); `id` | sh && <script>alert(1)</script> \u001b[2J \u202e'
    const { body } = await served.ask('POST', '/tasks/a/run?wait=10', { body: { params: { value } } })
    expect(body.value).toEqual({ value })
  })
})

describe('the wire', () => {
  test('a huge header, a thousand query keys and a long URL are refused', async () => {
    const huge = await sendRaw(
      served.port,
      `GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
    )
    expect(statusesIn(huge)).toEqual([431])
    const keys = Array.from({ length: 1_000 }, (_, i) => `k${i}=1`).join('&')
    expect((await served.ask('GET', `/logs?${keys}`)).status).toBe(414)
    expect((await served.ask('GET', '/logs?limit=1&limit=2')).status).toBe(400)
  })

  test('a request smuggled in a request is not answered', async () => {
    const inner = 'GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\n\r\n'
    for (const headers of [
      `content-length: 0\r\ntransfer-encoding: chunked\r\n`,
      `content-length: 4\r\ncontent-length: ${inner.length}\r\n`,
      'transfer-encoding: chunked, identity\r\n',
      'transfer-encoding : chunked\r\n',
    ]) {
      const got = await sendRaw(
        served.port,
        `POST /api/v1/tasks/a/run HTTP/1.1\r\nHost: localhost\r\n${json}${bearer}${headers}\r\n0\r\n\r\n${inner}`,
        () => false,
      )
      expect(statusesIn(got).every((status) => status === 400 || status === 401)).toBe(true)
    }
  })

  // A thousand here; a hundred thousand with GANTRY_WIRE_ROUNDS=5000, which takes minutes.
  const rounds = Number(process.env.GANTRY_WIRE_ROUNDS ?? 50)
  test(`${rounds * 20} broken requests (GANTRY_SEED=${seed}): no crash, no 5xx`, async () => {
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    }
    const good = `POST /api/v1/tasks/a/run?wait=0 HTTP/1.1\r\nHost: localhost\r\n${json}${bearer}content-length: 13\r\nconnection: close\r\n\r\n{"params":{}}`
    const statuses = new Set<number>()
    for (let round = 0; round < rounds; round++) {
      const batch = Array.from({ length: 20 }, () => {
        const bytes = Buffer.from(good)
        for (let n = random(6); n >= 0; n--) bytes[random(bytes.length)] = random(256)
        return sendRaw(served.port, Buffer.concat([bytes, Buffer.from('\r\n\r\n')]), (got) =>
          got.includes('\r\n\r\n'),
        )
      })
      for (const got of await Promise.all(batch)) for (const status of statusesIn(got)) statuses.add(status)
    }
    expect([...statuses].filter((status) => status >= 500)).toEqual([])
    expect((await served.ask('GET', '/session')).status).toBe(200)
  }, 600_000)
})

test('an internal error has an id and names no file; the log has the rest', async () => {
  const told: unknown[][] = []
  await served.close()
  const logger = { ...silent, error: (...data: unknown[]) => void told.push(data) }
  const app = createApp({ logger })
  const http = createHttp(app.session, {
    auth: () => {
      throw new Error(`at ${import.meta.url}`)
    },
  })
  const response = await http.fetch(new Request('http://localhost/api/v1/session'))
  const text = await response.text()
  expect(response.status).toBe(500)
  expect(text).not.toContain('attacks.test')
  const id = /as ([\da-f-]{36})/.exec(text)![1]!
  expect(String(told[0]![0])).toContain(id)
  served = await serve()
})

test('every answer has the security headers', async () => {
  for (const path of ['/session', '/healthz', '/nope', '/metrics']) {
    const { headers } = await served.ask('GET', path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('cache-control')).toContain('no-store')
  }
})
