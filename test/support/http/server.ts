/** A session over HTTP on a free local port; each response is checked against the OpenAPI document. */
import { type App, createApp, type SessionOptions } from 'gantry'
import { createHttp, type Http, type HttpOptions } from 'gantry/http'
import { toDocument } from '../../../src/http/api/openapi.ts'
import { prefix, routes } from '../../../src/http/routes/table.ts'
import { silent } from '../silent.ts'
import { createContract, type Document } from './contract.ts'

export const tokens = { token: `all-${'a'.repeat(40)}`, readToken: `read-${'r'.repeat(40)}` }
export const contract = createContract(JSON.parse(JSON.stringify(toDocument(routes, prefix))) as Document)

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests inspect any body
  readonly body: any
}

export interface Ask {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly token?: string | null
}

export interface Served {
  readonly app: App
  readonly http: Http
  readonly url: string
  readonly port: number
  ask(method: string, path: string, ask?: Ask): Promise<Reply>
  close(): Promise<void>
}

/** Starts an app that `fill` sets up, and serves it. */
export async function serve(
  fill: (app: App) => void = () => {},
  options: HttpOptions = {},
  session: SessionOptions = {},
): Promise<Served> {
  const app = createApp({ logger: silent, timezone: 'Europe/Helsinki', ...session })
  fill(app)
  await app.start()
  const http = createHttp(app.session, { auth: tokens, ...options })
  const { url, port } = await http.listen({ port: 0, print: () => {} })
  return {
    app,
    http,
    url,
    port,
    ask: (method, path, ask) => askAt(url, method, path, ask),
    async close() {
      await http.close()
      app.session.shutDown({ force: true })
      await app.session.stopped.catch(() => {})
    },
  }
}

/**
 * Sends a request as a program does, with the token for everything unless another is given; checks the response against
 * the document.
 */
export async function askAt(url: string, method: string, path: string, ask: Ask = {}): Promise<Reply> {
  const { token = tokens.token, body, headers = {} } = ask
  const response = await fetch(`${url}${prefix}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!
  if (method !== 'HEAD') contract({ method, path: path.split('?')[0]!, status: response.status, type, text })
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: type.endsWith('json') ? JSON.parse(text) : null,
  }
}
