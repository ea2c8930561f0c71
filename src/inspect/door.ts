/** The server behind the inspector's page: the page over HTTP, and what the page is told over a WebSocket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import { SetupError } from '../errors/errors.ts'
import type { StatelyLibrary } from './library.ts'
import { inAddress, isWelcome, makeToken } from './visitors.ts'

/** Nothing is read from a page; what it sends all the same may be no larger than this. */
const maxMessageBytes = 1_024

/** The address holds the token: nobody is told of it as where a visitor came from, and no page frames this one. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Where to listen, what to show and whom to tell. */
export interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly page: string
  onJoin(visitor: WebSocket): void
  onLeave(visitor: WebSocket): void
}

/** An open door. */
export interface Door {
  /** The host, the port and the token as they stand in an address. */
  readonly at: string
  /** Sends everyone away and frees the port. */
  close(): Promise<void>
}

/**
 * Opens the door.
 *
 * @throws SetupError when the port cannot be had.
 */
export async function openDoor(library: StatelyLibrary, options: DoorOptions): Promise<Door> {
  const rules = { host: options.host, token: makeToken(), origins: [], isPageServed: true }
  const http = createServer((request, response) => answer(request, response))
  const server = new library.WebSocketServer({
    server: http,
    maxPayload: maxMessageBytes,
    verifyClient: ({ req }: { req: IncomingMessage }) => isWelcome(req, rules),
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    if (isWelcome(request, rules)) response.writeHead(200, headers).end(options.page)
    else response.writeHead(403).end('Open the address that the program printed: it holds a token.\n')
  }

  server.on('connection', (visitor, request) => {
    // To look must not keep the process alive: what is looked at does that itself.
    request.socket.unref()
    // Without a listener a broken frame from a page would end the process.
    visitor.on('error', () => visitor.terminate())
    visitor.on('close', () => options.onLeave(visitor))
    options.onJoin(visitor)
  })
  // The server repeats the errors of the HTTP server, and where nobody listens for one the process ends.
  server.on('error', () => {})
  await listening(http, options)
  return {
    at: `${inAddress(options.host)}:${(http.address() as AddressInfo).port}/${rules.token}`,
    close: () => close(server, http),
  }
}

function listening(http: Server, { host, port }: DoorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
      const message = `Cannot open the inspector at ${inAddress(host)}:${port}: ${why}. Give another port (0 takes a free one).`
      reject(new SetupError(message, { cause }))
    })
    http.listen(port, host, () => {
      http.unref()
      resolve()
    })
  })
}

function close(server: WebSocketServer, http: Server): Promise<void> {
  return new Promise((resolve) => {
    for (const visitor of server.clients) {
      visitor.close(1001, 'The inspector was closed.')
      visitor.terminate()
    }
    server.close()
    http.close(() => resolve())
    http.closeAllConnections()
  })
}
