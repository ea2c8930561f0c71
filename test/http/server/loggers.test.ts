/** A logger that throws, or that is async and rejects, breaks no request and no start of the server. */
import { afterEach, expect, jest, test } from '@jest/globals'
import { type App, createApp, createMemoryStore, type Logger } from 'gantry'
import { createHttp, type Http } from 'gantry/http'

const throwing = (): never => {
  throw new Error('the logger is broken')
}
const rejecting = async (): Promise<never> => throwing()
const loggerOf = (line: () => unknown): Logger =>
  ({ debug: line, info: line, warn: line, error: line }) as Logger

const open: { app: App; http: Http }[] = []
let warnings: jest.SpiedFunction<typeof console.warn>

afterEach(async () => {
  warnings.mockRestore()
  for (const { app, http } of open.splice(0)) {
    await http.close()
    app.session.shutDown({ force: true })
  }
})

function setUp(logger: Logger, options: Parameters<typeof createHttp>[1] = {}) {
  warnings = jest.spyOn(console, 'warn').mockImplementation(() => {})
  const app = createApp({ logger, store: createMemoryStore() })
  app.task('a', false, () => {})
  const http = createHttp(app.session, options)
  open.push({ app, http })
  const ask = (path: string, init: RequestInit = {}) =>
    http.fetch(
      new Request(`http://localhost/api/v1${path}`, {
        ...init,
        headers: { authorization: `Bearer ${http.token}`, 'content-type': 'application/json' },
      }),
    )
  return { app, http, ask }
}

const said = (): string[] => warnings.mock.calls.map(([warning]) => String(warning))
/** A turn of the event loop, in which rejections are handled. */
const settle = () => new Promise(setImmediate)

test.each([
  ['throws', throwing],
  ['rejects', rejecting],
])(
  'a logger that %s: the token, a failure and an audit note each leave the request as it is',
  async (_, line) => {
    const { app, ask } = setUp(loggerOf(line))
    // The first request logs the token.
    expect((await ask('/session')).status).toBe(200)
    jest.spyOn(app.session.log, 'note').mockRejectedValue(new Error('the log is closed'))
    expect((await ask('/tasks/a/disable', { method: 'POST' })).status).toBeLessThan(300)
    jest.spyOn(app.session, 'tasks').mockImplementation(() => {
      throw new Error('internal')
    })
    expect((await ask('/tasks')).status).toBe(500)
    await settle()
    expect(said().filter((text) => text.includes('the HTTP interface'))).toEqual([
      expect.stringMatching(
        /^The logger threw at a line of the HTTP interface\. Error: the logger is broken/,
      ),
    ])
  },
)

test.each([
  ['the logger throws', {}],
  ['print throws', { print: throwing }],
])('%s: listen() still listens, and the link is printed', async (_, where) => {
  const printed = jest.spyOn(console, 'info').mockImplementation(() => {})
  const { http } = setUp(loggerOf(throwing))
  const listening = await http.listen({ port: 0, ...where })
  const text = printed.mock.calls.map(([line]) => String(line)).join('\n')
  printed.mockRestore()
  expect(text).toContain(`Gantry listens at ${listening.link}`)
  expect((await fetch(`${listening.url}/api/v1/session`)).status).toBe(401)
  await listening.close()
})
