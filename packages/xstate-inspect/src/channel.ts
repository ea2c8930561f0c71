/**
 * The WebSocket server in the form that `@xstate/inspect` expects, with checks in both directions.
 *
 * The inspector parses any text that arrives (invalid JSON would end the process), obeys messages that only the inspector itself
 * should send, and answers each page by reporting every actor to all pages again. Here a page may send only two commands, and
 * the answer to one of them goes to that page alone.
 */
import type { WebSocket } from 'ws'
import type { Registry } from './registry.ts'

/** A page, as the inspector uses it. */
interface Page {
  readonly readyState: number
  readonly OPEN: number
  send(text: string): void
}

/** The server that is passed to the inspector. */
export interface ServerLike {
  readonly clients: { forEach(visit: (page: Page) => void): void }
  // biome-ignore lint/suspicious/noExplicitAny: the arguments depend on the event.
  on(event: string, listener: (...args: any[]) => void): void
  close(): void
}

/** The two ends of a channel: one for the inspector, one for the server. */
export interface Channel {
  readonly server: ServerLike
  /** Handles a text from a page. */
  receive(visitor: WebSocket, text: string): void
}

/** The context of a channel. */
export interface ChannelOptions {
  readonly registry: Pick<Registry, 'get'>
  visitors(): Iterable<WebSocket>
  send(visitor: WebSocket, text: string): void
}

type MessageListener = (data: string, isBinary: boolean) => void
type ConnectionListener = (page: { on(event: 'message', listener: MessageListener): void }) => void

/** Creates a channel. It reads the current visitors from the server each time. */
export function createChannel(options: ChannelOptions): Channel {
  let listener: MessageListener | undefined
  let asking: WebSocket | undefined

  const server: ServerLike = {
    clients: {
      forEach(visit) {
        const audience = asking === undefined ? options.visitors() : [asking]
        for (const visitor of audience) visit(toPage(visitor))
      },
    },
    on(event, connected: ConnectionListener) {
      // To the inspector all pages are one connection: it passes on every message.
      if (event === 'connection')
        connected({
          on: (_message, added) => {
            listener = added
          },
        })
    },
    close() {
      listener = undefined
    },
  }

  function toPage(visitor: WebSocket): Page {
    const send = (text: string) => options.send(visitor, withFamily(text, options.registry))
    return { readyState: visitor.readyState, OPEN: visitor.OPEN, send }
  }

  return {
    server,
    receive(visitor, text) {
      const message = toCommand(text, options.registry)
      if (message === undefined) return
      asking = message.type === 'xstate.inspecting' ? visitor : undefined
      try {
        listener?.(JSON.stringify(message), false)
      } finally {
        asking = undefined
      }
    },
  }
}

type PageCommand =
  | { readonly type: 'xstate.inspecting' }
  | { readonly type: 'xstate.event'; readonly event: string; readonly service?: string }

/** Parses a command of a page: a connection request, or an event for a shown actor. Undefined for anything else. */
function toCommand(text: string, registry: Pick<Registry, 'get'>): PageCommand | undefined {
  const message = parse(text)
  if (message?.type === 'xstate.inspecting') return { type: 'xstate.inspecting' }
  if (message?.type !== 'xstate.event') return undefined
  const event = parse(message.event)
  const data = event?.data as Record<string, unknown> | undefined
  if (typeof event?.origin !== 'string' || registry.get(event.origin) === undefined) return undefined
  // XState's own events (`xstate.stop`, `xstate.error.actor.…`) would let a page stop actors or forge their ends.
  if (typeof data?.type !== 'string' || data.type.startsWith('xstate.')) return undefined
  const wrapped = { name: data.type, data, $$type: 'scxml', type: 'external', origin: event.origin }
  return { type: 'xstate.event', event: JSON.stringify(wrapped) }
}

/** Adds the parent of a service, from which the page builds a tree and which the inspector omits on a server. */
function withFamily(text: string, registry: Pick<Registry, 'get'>): string {
  if (!text.startsWith('{"type":"service.register"')) return text
  const message = parse(text)
  const service = registry.get(String(message?.sessionId))
  if (service === undefined) return text
  return JSON.stringify({ ...message, id: service.id, parent: service.parent?.sessionId })
}

function parse(text: unknown): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(String(text))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
