/** From `node:http` to the web platform and back. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Problem } from '../contract/problem.ts'
import type { HttpSettings } from '../options.ts'
import { toProblemResponse } from '../request/answer.ts'
import { prefix } from '../routes/table.ts'
import type { Connection } from './router.ts'

/** What a server calls for each request. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/** Makes the handler of a server. Given `next`, requests for other paths are passed on. */
export function createNodeHandler(
  answer: (request: Request, connection: Connection) => Promise<Response>,
  { basePath, dashboard }: Pick<HttpSettings, 'basePath' | 'dashboard'>,
): NodeHandler {
  const listener = getRequestListener(
    (request, { incoming }) =>
      answer(request, { address: (incoming as IncomingMessage).socket.remoteAddress ?? 'unknown' }),
    {
      // The program around has its own idea of what a Request is.
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

/** The path that the server before us took off; null if it took none. */
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

/** Express takes the mount path off and shows `/` for an address that had no slash at its end. */
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

/** A body that was read by middleware before us (`express.json()`) is given back as it was. */
function restoreBody(request: IncomingMessage): void {
  const read = request as IncomingMessage & { body?: unknown; rawBody?: unknown }
  if (read.body === undefined || !request.readableEnded || Buffer.isBuffer(read.rawBody)) return
  read.rawBody = Buffer.from(typeof read.body === 'string' ? read.body : JSON.stringify(read.body))
}
