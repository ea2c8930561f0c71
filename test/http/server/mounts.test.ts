/** The handler in other servers: at any path, after middleware, behind proxies that keep or remove the path. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { type App, createApp } from 'gantry'
import { createHttp, type Http } from 'gantry/http'
import { Hono } from 'hono'
import { sendRaw, statusesIn } from '../../support/http/raw.ts'
import { tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

const servers: Server[] = []
const made: Http[] = []
afterEach(async () => {
  for (const http of made.splice(0)) await http.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

function make(options: Parameters<typeof createHttp>[1] = {}): { http: Http; app: App } {
  const app = createApp({ logger: silent })
  app.task('a', false, () => {})
  const http = createHttp(app.session, { auth: tokens, ...options })
  made.push(http)
  return { http, app }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function tasksAt(base: string): Promise<[number, number | undefined]> {
  const response = await fetch(`${base}/api/v1/tasks`, {
    headers: { authorization: `Bearer ${tokens.token}` },
  })
  const body = (await response.json()) as { items?: unknown[] }
  return [response.status, body.items?.length]
}

/** A mount as Express does it: removes the mount path, and calls the next handler for other paths. */
const mounted =
  (
    path: string,
    http: Http,
    otherwise: RequestListener = (_, response) => void response.writeHead(418).end('{}'),
  ): RequestListener =>
  (request, response) => {
    const original = request.url!
    if (!original.startsWith(path)) return otherwise(request, response)
    request.url = original.slice(path.length) || '/'
    http.node(request, response, () => {
      request.url = original
      otherwise(request, response)
    })
  }

test('plain node:http, at the root', async () => {
  const { http } = make()
  expect(await tasksAt(await serve(http.node))).toEqual([200, 1])
})

test('a base path, kept or removed by the surrounding server', async () => {
  const { http } = make({ basePath: '/a/b/' })
  const base = await serve(http.node)
  expect(await tasksAt(`${base}/a/b`)).toEqual([200, 1])
  expect(await tasksAt(base)).toEqual([200, 1])
  expect((await tasksAt(`${base}/a/bc`))[0]).toBe(404)
  expect(() => make({ basePath: 'a b' })).toThrow(TypeError)
})

test('mounted as in Express: the path removed, other paths passed on', async () => {
  const { http } = make()
  const base = await serve(mounted('/ops', http))
  expect(await tasksAt(`${base}/ops`)).toEqual([200, 1])
  expect((await fetch(`${base}/ops/elsewhere`)).status).toBe(418)
  expect((await fetch(`${base}/elsewhere`)).status).toBe(418)
})

test('after middleware that read the body, the body still arrives', async () => {
  const { http, app } = make()
  const json: RequestListener = (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      Object.assign(request, { body: JSON.parse(Buffer.concat(parts).toString()) })
      // After the end of the body, as middleware does it.
      setImmediate(() => http.node(request, response))
    })
  }
  const base = await serve(json)
  const put = (text: string) =>
    fetch(`${base}/api/v1/session/parameters/x`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${tokens.token}`, 'content-type': 'application/json' },
      body: text,
    })
  expect((await put('{"value":[1]}')).status).toBe(200)
  expect(app.session.params.get('x')).toEqual([1])
  expect((await put(`{"value":"${'x'.repeat(70_000)}"}`)).status).toBe(413)
})

test('as a Fetch API handler, in Hono', async () => {
  const { http } = make({ hosts: ['app.example.com'], basePath: '/ops' })
  const hono = new Hono().mount('/ops', (request) => http.fetch(request))
  const response = await hono.request('http://app.example.com/ops/api/v1/tasks', {
    headers: { authorization: `Bearer ${tokens.token}` },
  })
  expect(response.status).toBe(200)
})

test('globals are unchanged', async () => {
  const before = [globalThis.Request, globalThis.Response]
  const { http } = make()
  await tasksAt(await serve(http.node))
  expect([globalThis.Request, globalThis.Response]).toEqual(before)
})

test('listen() prints a generated token in the fragment of the link, but not a given one', async () => {
  const app = createApp({ logger: silent })
  const http = createHttp(app.session)
  made.push(http)
  const printed: string[] = []
  const { link, url, close } = await http.listen({ port: 0, print: (text) => printed.push(text) })
  expect(link).toBe(`${url}/#token=${http.token}`)
  expect(printed).toEqual([`Gantry listens at ${link}`])
  const own = make().http
  const second = await own.listen({ port: 0, print: (text) => printed.push(text) })
  expect(printed[1]).toBe(`Gantry listens at ${second.url}`)
  await expect(own.listen({ port: second.port, print: () => {} })).rejects.toMatchObject({
    code: 'GANTRY_SETUP',
  })
  await close()
  await second.close()
})

test('a client that sends slowly is cut off, others are answered meanwhile', async () => {
  const { http } = make({ limits: { arrival: 400 } })
  const { url, port } = await http.listen({ port: 0, print: () => {} })
  const slow = Array.from({ length: 100 }, () =>
    sendRaw(port, 'GET /api/v1/healthz HTTP/1.1\r\nHost: localhost\r\nx: ', () => false),
  )
  expect((await tasksAt(url))[0]).toBe(200)
  const ends = await Promise.all(slow)
  expect(new Set(ends.flatMap(statusesIn))).toEqual(new Set([408]))
})

test('the number of connections is limited', async () => {
  const { http } = make({ limits: { connections: 5 } })
  const { port } = await http.listen({ port: 0, print: () => {} })
  const held = await Promise.all(
    Array.from({ length: 12 }, () =>
      sendRaw(
        port,
        'GET /api/v1/healthz HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\n\r\n',
        () => false,
      ),
    ),
  )
  expect(held.filter((got) => statusesIn(got)[0] === 200).length).toBeGreaterThan(0)
})

test('a client that disconnects while it waits does no harm', async () => {
  const { http, app } = make()
  app.task('slow', false, (_, run) => run.session.clock.sleep(60_000, { signal: run.signal }))
  await app.start()
  const base = await serve(http.node)
  const abort = new AbortController()
  const asked = fetch(`${base}/api/v1/tasks/slow/run?wait=60`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.token}`, 'content-type': 'application/json' },
    signal: abort.signal,
  })
  while (app.session.runs().length === 0) await tasksAt(base)
  abort.abort()
  await expect(asked).rejects.toThrow()
  expect((await tasksAt(base))[0]).toBe(200)
  app.session.shutDown({ force: true })
  await app.session.stopped
})

test('a generated token is logged once, with the mount path', async () => {
  const told: string[] = []
  const logger = { ...silent, info: (text: string) => void told.push(text) }
  const unmounted = (path: string, options = {}) => {
    const http = createHttp(createApp({ logger }).session, options)
    made.push(http)
    return serve(
      path === ''
        ? (request, response) => http.node(request, response)
        : (() => {
            const listener = mounted(path, http)
            return (request, response) => {
              Object.assign(request, { originalUrl: request.url })
              listener(request, response)
            }
          })(),
    )
  }
  const base = await unmounted('/admin/jobs')
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`${base}/admin/jobs/api/v1/tasks`)
    expect([response.status, await response.text()]).toEqual([
      401,
      expect.stringContaining('logged at the first request'),
    ])
  }
  await fetch(`${await unmounted('', { basePath: '/kept' })}/kept/api/v1/tasks`)
  await fetch(`${await unmounted('', { auth: tokens })}/api/v1/tasks`)
  expect(told.map((text) => text.replace(/token=[\w-]{43}$/, 'token=T'))).toEqual([
    'Gantry is mounted at /admin/jobs/ with a generated token: open /admin/jobs/#token=T',
    'Gantry is mounted at /kept/ with a generated token: open /kept/#token=T',
  ])
})

test('if the default port is in use, another one is taken, printed and logged', async () => {
  const holder = createServer()
  // Any process that already has the port will do.
  await new Promise<void>((resolve) =>
    holder.once('error', () => resolve()).listen(4600, '127.0.0.1', resolve),
  )
  try {
    const warned: string[] = []
    const printed: string[] = []
    const logger = { ...silent, warn: (text: string) => void warned.push(text) }
    const http = createHttp(createApp({ logger }).session, { auth: tokens })
    made.push(http)
    const { port } = await http.listen({ print: (text) => printed.push(text) })
    expect(port).not.toBe(4600)
    expect(warned).toEqual([`Port 4600 is in use: Gantry listens at port ${port} instead.`])
    expect(printed).toEqual([
      expect.stringContaining(`(port 4600 is in use, possibly by another program: this is port ${port})`),
    ])
    await expect(http.listen({ port: 4600, print: () => {} })).rejects.toThrow('the port is in use')
  } finally {
    holder.close()
  }
})

test('health() reports without a request whether the session can run tasks', async () => {
  const { http, app } = make()
  expect(http.health()).toEqual({ isReady: false, state: 'stopped', log: 'ok' })
  await app.start()
  expect(http.health()).toEqual({ isReady: true, state: 'running', log: 'ok' })
  app.session.shutDown()
  await app.session.stopped
  expect(http.health().isReady).toBe(false)
})

test('an auth function that returns an invalid access is an error of the program, and logged as one', async () => {
  const failed: unknown[] = []
  const logger = { ...silent, error: (_: string, error: unknown) => void failed.push(error) }
  const statusFor = async (who: unknown): Promise<number> => {
    const http = createHttp(createApp({ logger }).session, { auth: () => who as never })
    made.push(http)
    return (await http.fetch(new Request('http://localhost/api/v1/tasks'))).status
  }
  expect([await statusFor(null), await statusFor(undefined)]).toEqual([401, 401])
  expect(failed).toEqual([])
  for (const who of [
    { name: 'ann', access: 'write' },
    { name: 'ann', access: 'full' },
    { name: 'ann' },
    true,
  ])
    expect(await statusFor(who)).toBe(500)
  expect(failed.map((error) => (error as Error).message)).toEqual(
    ["'write'", "'full'", 'undefined', 'true'].map(
      (shown) =>
        `Cannot use what the auth function returned as its access must be 'read' or 'all': ${shown}. Return { name, access: 'read' | 'all' }, or null for an unknown caller.`,
    ),
  )
})
