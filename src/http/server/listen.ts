/** A server of our own: on this machine unless told otherwise, and with bounds against those who take their time. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { checkOptions, plainLogger, type Session, SetupError } from '../../app/index.ts'
import { logLine, logTo } from '../contract/log-line.ts'
import type { HttpSettings } from '../options.ts'
import { isLoopbackName } from '../request/request-guard.ts'
import type { Authenticator } from '../security/auth.ts'
import type { NodeHandler } from './node-adapter.ts'

/** Where it is looked for first. */
const usualPort = 4600

/**
 * Where to listen.
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
   * Default 4600, or a free one if that is taken, which is printed and logged; 0 takes a free one. A port that is given and
   * taken is a `SetupError`.
   */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Says where it listens, with the token where it was made at random. Default: to the session's logger, else to the console. */
  readonly print?: (text: string) => void
}

/**
 * A server that listens.
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
  /** `http://127.0.0.1:4600` */
  readonly url: string
  /** The address to open: with the token after `#`, which no server and no log ever sees. */
  readonly link: string
  readonly port: number
  close(): Promise<void>
}

/** What a server is made of. */
export interface ListenParts {
  readonly node: NodeHandler
  readonly auth: Authenticator
  readonly session: Session
  readonly settings: HttpSettings
}

/**
 * Listens.
 *
 * @throws SetupError where the port cannot be had, or where everybody could do everything from elsewhere
 */
export async function listen(parts: ListenParts, options: ListenOptions): Promise<Listening> {
  checkOptions(options, ['port', 'host', 'print'], 'options of listen()')
  const { host = '127.0.0.1', port } = options
  if (parts.auth.isOpen && !isLoopbackName(host) && host !== '::1')
    throw new SetupError(
      `Cannot listen at ${host} without tokens as whoever reaches it could do everything. Leave out auth: 'none', or listen at 127.0.0.1.`,
    )
  const { arrivalMs, connections } = parts.settings.limits
  const server = createServer(
    {
      requestTimeout: arrivalMs,
      headersTimeout: Math.min(10_000, arrivalMs),
      keepAliveTimeout: 5_000,
      // Looked at this often, and not each half a minute as is usual: who sends a byte a second is sent away in time.
      connectionsCheckingInterval: Math.min(2_000, arrivalMs / 2),
    },
    parts.node,
  )
  server.maxConnections = connections
  // A socket on which nothing moves: who follows events gets a sign of life much more often than that.
  server.timeout = 120_000
  // To be looked at is no reason to stay alive: the session is.
  server.on('connection', (socket) => socket.unref())
  let isMoved = false
  await listening(server, host, port ?? usualPort).catch((problem) => {
    // Two programs on one machine are no reason for one of them to fail.
    if (port !== undefined || problem.cause?.code !== 'EADDRINUSE') throw problem
    isMoved = true
    return listening(server, host, 0)
  })
  for (const name of namesOf(host)) parts.settings.addresses.add(name)
  const { port: taken } = server.address() as AddressInfo
  const url = `http://${inAddress(host)}:${taken}${parts.settings.basePath}`
  const link = parts.auth.token === null ? `${url}/` : `${url}/#token=${parts.auth.token}`
  // An old link, or one from another program, would lead to the program that has the usual port.
  const moved = isMoved
    ? ` (port ${usualPort} is taken, by another program perhaps: this is port ${taken})`
    : ''
  // Without `print` the line below is the logger's.
  if (isMoved && options.print !== undefined)
    logLine(parts.session, 'warn', `Port ${usualPort} is taken: Gantry listens at port ${taken} instead.`)
  const { print } = options
  const { logger } = parts.session.options
  // Without the link nobody gets in: it is printed also where the session has no logger, or one that throws.
  const say = (text: string): void => {
    const ways = [...(print ? [{ ...plainLogger, info: print }] : logger ? [logger] : []), plainLogger]
    ways.some((way) => logTo(way, 'info', text))
  }
  say(`Gantry listens at ${parts.auth.isGenerated ? link : url}${moved}`)
  return { url, link, port: taken, close: () => close(server) }
}

/** The addresses under which a server at that host is asked for. A name of somebody else's that points here is not among them. */
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
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
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
