/** The WebSocket server on which pages look in. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { inAddress, isWelcome, makeToken } from '../../../src/inspect/visitors.ts'

/** A page sends commands of a few hundred bytes; nobody may fill the memory through this door. */
const maxMessageBytes = 1_048_576

/** What may wait to be sent to a page before it counts as behind, and before it is let go since others keep up. */
const fullBytes = 4 * 1_048_576
const lostBytes = 4 * fullBytes

/** Where to listen, whom to let in and whom to tell. */
export interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly origins: readonly string[]
  onJoin(visitor: WebSocket): void
  onMessage(visitor: WebSocket, text: string): void
  onLeave(visitor: WebSocket): void
  /** A visitor has taken what it was sent. */
  onTaken(): void
}

/** An open door. */
export interface Door {
  /** The address of the server with the token, `ws://…/‹token›`. */
  readonly address: string
  /** Those who look now. */
  readonly visitors: ReadonlySet<WebSocket>
  /** True while nobody takes more at once. */
  isFull(): boolean
  /** Sends a text to one who looks; one who lags far behind the others is let go. */
  tell(visitor: WebSocket, text: string): void
  /** Sends everyone away and frees the port. */
  close(): Promise<void>
}

/** Opens the door; rejects when the port cannot be had. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const rules = { host: options.host, token: makeToken(), origins: options.origins, isPageServed: false }
  const http = createServer((_request, response) =>
    response.writeHead(426).end('A WebSocket is spoken here.\n'),
  )
  const server = new WebSocketServer({
    server: http,
    maxPayload: maxMessageBytes,
    verifyClient: ({ req }: { req: IncomingMessage }) => isWelcome(req, rules),
  })
  server.on('connection', (visitor, request) => {
    // To look must not keep the process alive: what is looked at does that itself.
    request.socket.unref()
    // Without a listener a broken frame from a page would end the process.
    visitor.on('error', () => visitor.terminate())
    visitor.on('close', () => options.onLeave(visitor))
    visitor.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary) options.onMessage(visitor, String(data))
    })
    options.onJoin(visitor)
  })
  // The server repeats the errors of the HTTP server, and where nobody listens for one the process ends.
  server.on('error', () => {})
  await listening(http, options)
  return {
    address: `ws://${inAddress(options.host)}:${(http.address() as AddressInfo).port}/${rules.token}`,
    visitors: server.clients,
    isFull: () => [...server.clients].every((visitor) => visitor.bufferedAmount > fullBytes),
    tell(visitor, text) {
      if (visitor.readyState !== visitor.OPEN) return
      if (visitor.bufferedAmount > lostBytes) visitor.terminate()
      else visitor.send(text, () => options.onTaken())
    },
    close: () => close(server, http),
  }
}

function listening(http: Server, { host, port }: DoorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
      const message = `Cannot open the inspector at ${inAddress(host)}:${port}: ${why}. Give another port (0 takes a free one).`
      reject(Object.assign(new Error(message, { cause }), { code: cause.code }))
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
