/** Adapter between `node:http` and the Fetch API. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Problem } from '../contract/problem.ts'
import type { HttpSettings } from '../options.ts'
import { toProblemResponse } from '../request/answer.ts'
import { prefix } from '../routes/table.ts'
import type { Connection } from './router.ts'

/** Request handler of a Node server. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/** Creates the handler of a server. With `next`, requests for other paths are passed on. */
export function createNodeHandler(
  answer: (request: Request, connection: Connection) => Promise<Response>,
  { basePath, dashboard }: Pick<HttpSettings, 'basePath' | 'dashboard'>,
): NodeHandler {
  const listener = getRequestListener(
    (request, { incoming }) =>
      answer(request, { address: (incoming as IncomingMessage).socket.remoteAddress ?? 'unknown' }),
    {
      // The surrounding program may depend on the original Request class.
      overrideGlobalObjects: false,
      errorHandler: () => toProblemResponse(new Problem(400, 'request', 'Cannot read the request.')),
    },
  )
  return (request, response, next) => {
    const path = pathOf(request.url ?? '/')
    if (next !== undefined && !isOurs(path, basePath, dashboard)) return next()
    if (dashboard && path === '/' && lacksSlash(request)) return redirect(request, response)
    restoreBody(request)
    listener(request, response).catch((error) => {
      if (next !== undefined) next(error)
      else response.destroy()
    })
  }
}

/** The mount path that the surrounding server removed; null if it removed none. */
export function mountOf(request: IncomingMessage): string | null {
  const { originalUrl } = request as { originalUrl?: string }
  if (originalUrl === undefined) return null
  const whole = pathOf(originalUrl)
  const rest = pathOf(request.url ?? '/')
  const mount = whole.endsWith(rest) ? whole.slice(0, whole.length - rest.length) : whole
  return mount.replace(/\/+$/, '')
}

function isOurs(path: string, basePath: string, dashboard: boolean): boolean {
  if (basePath !== '' && (path === basePath || path.startsWith(`${basePath}/`))) return true
  if (dashboard && (path === '/' || path.startsWith('/assets/'))) return true
  return path === prefix || path.startsWith(`${prefix}/`)
}

/** True if the URL lacks a trailing slash: Express removes the mount path and passes `/` for it. */
function lacksSlash(request: IncomingMessage): boolean {
  const { originalUrl } = request as { originalUrl?: string }
  return originalUrl !== undefined && !pathOf(originalUrl).endsWith('/')
}

function redirect(request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf((request as { originalUrl?: string }).originalUrl!)
  response.writeHead(308, { location: `${path.slice(path.lastIndexOf('/') + 1)}/` }).end()
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!
}

/** Restores a body that earlier middleware (`express.json()`) has consumed. */
function restoreBody(request: IncomingMessage): void {
  const read = request as IncomingMessage & { body?: unknown; rawBody?: unknown }
  if (read.body === undefined || !request.readableEnded || Buffer.isBuffer(read.rawBody)) return
  read.rawBody = Buffer.from(typeof read.body === 'string' ? read.body : JSON.stringify(read.body))
}
