/** The handler in Express, after a JSON parser and compression, and in Fastify. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { createApp } from 'gantry'
import { follow } from '../../support/http/follow.ts'
import { tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

jest.unstable_mockModule('../../../src/dashboard/assets.ts', () => ({
  assets: [
    { path: 'index.html', type: 'text/html', etag: '"1"', content: gzipSync('page').toString('base64') },
  ],
}))
const { createHttp } = await import('gantry/http')

const require = createRequire(import.meta.url)
// biome-ignore lint/suspicious/noExplicitAny: frameworks without types
const [express, compression, fastify] = ['express', 'compression', 'fastify'].map(require) as any[]

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function make(options: object) {
  const app = createApp({ logger: silent })
  app.task('a', false, (args) => args)
  await app.start()
  const http = createHttp(app.session, { auth: tokens, dashboard: true, ...options })
  ends.push(async () => {
    await http.close()
    app.session.shutDown()
    await app.session.stopped
  })
  return http
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function works(base: string): Promise<void> {
  const bare = await fetch(base, { redirect: 'manual' })
  expect([bare.status, bare.headers.get('location')]).toEqual([308, 'gantry/'])
  expect(await (await fetch(`${base}/`)).text()).toBe('page')
  const follower = await follow(base, '', { 'accept-encoding': 'gzip' })
  ends.push(() => follower.leave())
  await follower.until(({ name }) => name === 'hello')
  const run = (params: unknown) =>
    fetch(`${base}/api/v1/tasks/a/run?wait=10`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ params }),
    })
  expect(await (await run({ n: 7 })).json()).toMatchObject({ action: 'success', value: { n: 7 } })
  await follower.until(({ name }) => name === 'run.ended')
  expect((await run({ x: 'y'.repeat(90_000) })).status).toBe(413)
  expect(await (await fetch(new URL('/elsewhere', base))).text()).toBe('the rest')
}

describe('Express', () => {
  test('after compression and express.json(), at a path', async () => {
    const http = await make({})
    const app = express()
    app.use(compression())
    app.use(express.json({ limit: '1mb' }))
    app.use('/gantry', http.node)
    app.get('/elsewhere', (_: unknown, response: { send(text: string): void }) => response.send('the rest'))
    await works(`${await listening(createServer(app as RequestListener))}/gantry`)
  })
})

describe('Fastify', () => {
  test('with a parser that ignores bodies, at a path', async () => {
    const http = await make({ basePath: '/gantry' })
    const app = fastify()
    // biome-ignore lint/suspicious/noExplicitAny: a framework without types
    app.register(async (scope: any) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_: unknown, __: unknown, done: (error: null) => void) => done(null))
      // biome-ignore lint/suspicious/noExplicitAny: a framework without types
      const handle = (request: any, reply: any): void => {
        reply.hijack()
        http.node(request.raw, reply.raw)
      }
      scope.all('/gantry', handle)
      scope.all('/gantry/*', handle)
    })
    app.get('/elsewhere', async () => 'the rest')
    await app.listen({ port: 0, host: '127.0.0.1' })
    ends.push(() => app.close())
    await works(`http://127.0.0.1:${app.server.address().port}/gantry`)
  })
})

// A file needs one test that always runs.
test('all three packages are installed', () => {
  expect([express, compression, fastify]).toHaveLength(3)
})
