/** The server of the inspector's page: the page over HTTP, and its messages over a WebSocket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import { SetupError } from '../errors/errors.ts'
import type { StatelyLibrary } from './library.ts'
import { inAddress, isWelcome, makeToken } from './visitors.ts'

/** The maximum size of a message from a page; such messages are ignored. */
const maxMessageBytes = 1_024

/** The address contains the token: it must not be sent as a referrer, and other pages must not frame this one. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** The options of the server: its address, its page and its callbacks. */
export interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly page: string
  onJoin(visitor: WebSocket): void
  onLeave(visitor: WebSocket): void
}

/** A listening server. */
export interface Door {
  /** Host, port and token as they appear in an address. */
  readonly at: string
  /** Disconnects all visitors and releases the port. */
  close(): Promise<void>
}

/**
 * Starts the server.
 *
 * @throws SetupError if it cannot listen on the port.
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
    else response.writeHead(403).end('Open the address that the program printed: it contains a token.\n')
  }

  server.on('connection', (visitor, request) => {
    // A visitor must not keep the process alive: the inspected session does that itself.
    request.socket.unref()
    // Without a listener an invalid frame from a page would end the process.
    visitor.on('error', () => visitor.terminate())
    visitor.on('close', () => options.onLeave(visitor))
    options.onJoin(visitor)
  })
  // The WebSocket server re-emits the errors of the HTTP server, which would end the process without a listener.
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
