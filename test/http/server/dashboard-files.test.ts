/** The dashboard's files over HTTP: from memory, at any mount path, and nothing else. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createApp } from 'gantry'
import { sendRaw, statusesIn } from '../../support/http/raw.ts'
import { tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

const asset = (path: string, type: string, text: string) => ({
  path,
  type,
  etag: `"${path}"`,
  content: gzipSync(text).toString('base64'),
})
jest.unstable_mockModule('../../../src/dashboard/assets.ts', () => ({
  assets: [
    asset('index.html', 'text/html; charset=utf-8', '<title>page</title>'),
    asset('assets/a-1.js', 'text/javascript; charset=utf-8', 'console.log(1)'),
  ],
}))
const { createHttp } = await import('gantry/http')

const app = createApp({ logger: silent })
const http = createHttp(app.session, { auth: tokens, dashboard: true, basePath: '/ops' })
let port: number
let url: string
beforeAll(async () => {
  const listening = await http.listen({ port: 0, print: () => {} })
  port = listening.port
  url = listening.url
})
afterAll(() => http.close())

describe('the files', () => {
  test('the page and its parts are served without a token, with types and a policy', async () => {
    const page = await fetch(`${url}/`)
    expect([page.status, await page.text()]).toEqual([200, '<title>page</title>'])
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/)
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe/)
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const part = await fetch(`${url}/assets/a-1.js`)
    expect(part.headers.get('content-type')).toContain('text/javascript')
    expect(part.headers.get('cache-control')).toContain('immutable')
    expect(part.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('known files are not sent again, and clients without gzip get plain ones', async () => {
    const again = await fetch(`${url}/`, { headers: { 'if-none-match': '"index.html"' } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const plain = await sendRaw(port, 'GET /ops/ HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\n\r\n')
    expect(plain).toContain('<title>page</title>')
    expect(plain).not.toContain('content-encoding')
    const packed = await fetch(`${url}/`, { headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
  })

  test('a path without a trailing slash redirects, by a relative URL', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/ops`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([308, 'ops/'])
  })

  test('a foreign host does not get the page either', async () => {
    const got = await sendRaw(port, 'GET /ops/ HTTP/1.1\r\nHost: evil.test\r\n\r\n')
    expect(statusesIn(got)).toEqual([421])
  })

  const steps = [
    '..',
    '%2e%2e',
    '%2E.',
    '.%2e',
    '%252e%252e',
    '..%2f',
    '..%5c',
    '..\\',
    '....//',
    '..;',
    '%00',
    '%c0%ae%c0%ae',
  ]
  const ends = ['/etc/passwd', '/package.json', '/C:/x']
  test.each(steps.flatMap((step) => ends.map((end) => `${`/${step}`.repeat(3)}${end}`)))(
    '%s leads nowhere',
    async (path) => {
      for (const start of ['/ops/assets', '/ops', '']) {
        const got = await sendRaw(
          port,
          `GET ${start}${path} HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\n\r\n`,
        )
        expect([400, 401, 404, 308]).toContain(statusesIn(got)[0])
        expect(got).not.toMatch(/root:|"name": "gantry"/)
      }
    },
  )

  test('property names of objects are not files', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'assets', 'assets/', 'index.html/'])
      expect((await fetch(`${url}/${name}`)).status).toBe(404)
  })
})

test('mounted as in Express, a path without a slash redirects, and other paths are passed on', async () => {
  const mounted = createHttp(app.session, { auth: tokens, dashboard: true })
  const listener: RequestListener = (request, response) => {
    Object.assign(request, { originalUrl: request.url })
    request.url = request.url!.replace(/^\/ops/, '') || '/'
    mounted.node(request, response, () => void response.writeHead(418).end())
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bare = await fetch(`${base}/ops`, { redirect: 'manual' })
  expect([bare.status, bare.headers.get('location')]).toEqual([308, 'ops/'])
  expect(await (await fetch(`${base}/ops/`)).text()).toBe('<title>page</title>')
  expect((await fetch(`${base}/ops/elsewhere`)).status).toBe(418)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await mounted.close()
})

test('app.run({ dashboard }) prints the link, serves the session, and closes at the end', async () => {
  const told: string[] = []
  const shown = createApp({
    logger: { ...silent, info: (text) => void told.push(String(text)) },
    handleSignals: false,
  })
  const ended = shown.run({ dashboard: { port: 0 } })
  const started = new Promise((resolve) => shown.session.on('session.started', resolve))
  await started
  const link = /http:\S+/.exec(told.join('\n'))![0]
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
  const [base, token] = link.split('#token=')
  const response = await fetch(`${base}api/v1/session`, { headers: { authorization: `Bearer ${token}` } })
  expect(((await response.json()) as { state: string }).state).toBe('running')
  shown.session.shutDown()
  await ended
  await expect(fetch(base!)).rejects.toThrow()
})
