/** The WebSocket server to which pages connect. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { inAddress, isWelcome, makeToken } from '../../../src/inspect/visitors.ts'

/** The maximum size of a message: commands are a few hundred bytes, and no client may fill the memory. */
const maxMessageBytes = 1_048_576

/** The unsent bytes of a page at which it counts as behind, and at which it is disconnected if others keep up. */
const fullBytes = 4 * 1_048_576
const lostBytes = 4 * fullBytes

/** The options of the server: its address, access rules and callbacks. */
export interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly origins: readonly string[]
  onJoin(visitor: WebSocket): void
  onMessage(visitor: WebSocket, text: string): void
  onLeave(visitor: WebSocket): void
  /** Called when a visitor has received its messages. */
  onDrained(): void
}

/** A listening server. */
export interface Door {
  /** The address with the token, `ws://…/‹token›`. */
  readonly address: string
  /** The connected visitors. */
  readonly visitors: ReadonlySet<WebSocket>
  /** True while no visitor can receive more. */
  isFull(): boolean
  /** Sends a text to a visitor; one that is far behind the others is disconnected. */
  send(visitor: WebSocket, text: string): void
  /** Disconnects all visitors and releases the port. */
  close(): Promise<void>
}

/** Starts the server; rejects if it cannot listen on the port. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const rules = { host: options.host, token: makeToken(), origins: options.origins, isPageServed: false }
  const http = createServer((_request, response) =>
    response.writeHead(426).end('This server accepts WebSocket connections only.\n'),
  )
  const server = new WebSocketServer({
    server: http,
    maxPayload: maxMessageBytes,
    verifyClient: ({ req }: { req: IncomingMessage }) => isWelcome(req, rules),
  })
  server.on('connection', (visitor, request) => {
    // A visitor must not keep the process alive: the inspected session does that itself.
    request.socket.unref()
    // Without a listener an invalid frame from a page would end the process.
    visitor.on('error', () => visitor.terminate())
    visitor.on('close', () => options.onLeave(visitor))
    visitor.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary) options.onMessage(visitor, String(data))
    })
    options.onJoin(visitor)
  })
  // The WebSocket server re-emits the errors of the HTTP server, which would end the process without a listener.
  server.on('error', () => {})
  await listening(http, options)
  return {
    address: `ws://${inAddress(options.host)}:${(http.address() as AddressInfo).port}/${rules.token}`,
    visitors: server.clients,
    isFull: () => [...server.clients].every((visitor) => visitor.bufferedAmount > fullBytes),
    send(visitor, text) {
      if (visitor.readyState !== visitor.OPEN) return
      if (visitor.bufferedAmount > lostBytes) visitor.terminate()
      else visitor.send(text, () => options.onDrained())
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
