/** The separate server of `listen()`: on this machine by default, with limits against slow clients. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { plainLogger, type Session, SetupError } from '../../app/index.ts'
import { checkOptions } from '../../app/internal/index.ts'
import { logLine, logTo } from '../contract/log-line.ts'
import type { HttpSettings } from '../options.ts'
import { isLoopbackName } from '../request/request-guard.ts'
import type { Authenticator } from '../security/auth.ts'
import type { NodeHandler } from './node-adapter.ts'

/** The default port. */
const usualPort = 4600

/**
 * Options of {@link Http.listen}.
 *
 * @example
 * ```ts
 * import { createHttp, type ListenOptions } from 'gantry/http'
 *
 * const where: ListenOptions = { port: 0, print: (text) => console.log(text) }
 * await createHttp(app.session).listen(where)
 * ```
 */
export interface ListenOptions {
  /**
   * The port; 0 takes any free one. Default 4600, or a free port if 4600 is in use, which is printed and logged. A given port that is in
   * use is a `SetupError`.
   */
  readonly port?: number
  /** The address to listen at. Default `127.0.0.1`. */
  readonly host?: string
  /** Receives the line with the URL and a generated token. Default: the session's logger, or else the console. */
  readonly print?: (text: string) => void
}

/**
 * A server that is listening.
 *
 * @example
 * ```ts
 * import { createHttp, type Listening } from 'gantry/http'
 *
 * const listening: Listening = await createHttp(app.session, { dashboard: true }).listen()
 * console.log(`Open ${listening.link}`)
 * await listening.close()
 * ```
 */
export interface Listening {
  /** Base URL, such as `http://127.0.0.1:4600`. */
  readonly url: string
  /** URL to open, with the token in the fragment, so that it appears in no server log. */
  readonly link: string
  readonly port: number
  /** Closes the server and its connections. */
  close(): Promise<void>
}

/** The parts of a server. */
export interface ListenParts {
  readonly node: NodeHandler
  readonly auth: Authenticator
  readonly session: Session
  readonly settings: HttpSettings
}

/**
 * Starts a server.
 *
 * @throws SetupError if the port cannot be used, or if another machine could connect without a token
 */
export async function listen(parts: ListenParts, options: ListenOptions): Promise<Listening> {
  checkOptions(options, ['port', 'host', 'print'], 'options of listen()')
  const { host = '127.0.0.1', port } = options
  if (parts.auth.isOpen && !isLoopbackName(host) && host !== '::1')
    throw new SetupError(
      `Cannot listen at ${host} without tokens as any client that reaches it would have full access. Leave out auth: 'none', or listen at 127.0.0.1.`,
    )
  const { arrivalMs, connections } = parts.settings.limits
  const server = createServer(
    {
      requestTimeout: arrivalMs,
      headersTimeout: Math.min(10_000, arrivalMs),
      keepAliveTimeout: 5_000,
      // More often than Node's default of 30 s, so that a client that sends a byte a second is cut off in time.
      connectionsCheckingInterval: Math.min(2_000, arrivalMs / 2),
    },
    parts.node,
  )
  server.maxConnections = connections
  // For idle sockets: event streams send heartbeats much more often.
  server.timeout = 120_000
  // The session keeps the process alive, not its inspection.
  server.on('connection', (socket) => socket.unref())
  let isMoved = false
  await listening(server, host, port ?? usualPort).catch((problem) => {
    // Two programs on one machine must be able to run side by side.
    if (port !== undefined || problem.cause?.code !== 'EADDRINUSE') throw problem
    isMoved = true
    return listening(server, host, 0)
  })
  for (const name of namesOf(host)) parts.settings.addresses.add(name)
  const { port: taken } = server.address() as AddressInfo
  const url = `http://${inAddress(host)}:${taken}${parts.settings.basePath}`
  const link = parts.auth.token === null ? `${url}/` : `${url}/#token=${parts.auth.token}`
  // The notice is needed since an old link leads to the program that has the default port.
  const moved = isMoved
    ? ` (port ${usualPort} is in use, possibly by another program: this is port ${taken})`
    : ''
  // Without `print` the line below goes to the logger anyway.
  if (isMoved && options.print !== undefined)
    logLine(parts.session, 'warn', `Port ${usualPort} is in use: Gantry listens at port ${taken} instead.`)
  const { print } = options
  const { logger } = parts.session.options
  // Printed even if the session has no logger, or one that throws: the link is the only way in.
  const announce = (text: string): void => {
    const ways = [...(print ? [{ ...plainLogger, info: print }] : logger ? [logger] : []), plainLogger]
    ways.some((way) => logTo(way, 'info', text))
  }
  announce(`Gantry listens at ${parts.auth.isGenerated ? link : url}${moved}`)
  return { url, link, port: taken, close: () => close(server) }
}

/** The addresses of a server at that host. A foreign name that resolves to this machine is not among them. */
function namesOf(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [inAddress(host.toLowerCase())]
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => inAddress(address))
}

function inAddress(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message
      reject(
        new SetupError(`Cannot listen at ${host}:${port}: ${why}. Give another port (0 takes a free one).`, {
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      server.unref()
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
