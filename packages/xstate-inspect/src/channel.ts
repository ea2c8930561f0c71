/**
 * The WebSocket server as `@xstate/inspect` sees it, with a guard on both ways.
 *
 * The inspector reads whatever arrives (text that is not JSON would end the process), obeys messages that only it should
 * make, and answers each page by telling all of them about every actor anew. Here a page may say two things, and the
 * answer to one is for that page alone.
 */
import type { WebSocket } from 'ws'
import type { Registry } from './registry.ts'

/** A page, as far as the inspector uses it. */
interface Page {
  readonly readyState: number
  readonly OPEN: number
  send(text: string): void
}

/** The server that is handed to the inspector. */
export interface ServerLike {
  readonly clients: { forEach(visit: (page: Page) => void): void }
  // biome-ignore lint/suspicious/noExplicitAny: what is listened to decides on the arguments.
  on(event: string, listener: (...args: any[]) => void): void
  close(): void
}

/** The two ends of a channel: one for the inspector, one for the door. */
export interface Channel {
  readonly server: ServerLike
  /** Takes in a text from a page. */
  receive(visitor: WebSocket, text: string): void
}

/** What a channel needs. */
export interface ChannelOptions {
  readonly registry: Pick<Registry, 'get'>
  visitors(): Iterable<WebSocket>
  tell(visitor: WebSocket, text: string): void
}

type MessageListener = (data: string, isBinary: boolean) => void
type ConnectionListener = (page: { on(event: 'message', listener: MessageListener): void }) => void

/** Makes a channel. Who looks is asked of the door each time. */
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
      // All pages are one connection to the inspector: it only passes on what it hears.
      if (event === 'connection')
        connected({
          on: (_message, heard) => {
            listener = heard
          },
        })
    },
    close() {
      listener = undefined
    },
  }

  function toPage(visitor: WebSocket): Page {
    const send = (text: string) => options.tell(visitor, withFamily(text, options.registry))
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

/** What a page may say: that it looks, and an event for an actor that is shown. Anything else is undefined. */
function toCommand(text: string, registry: Pick<Registry, 'get'>): PageCommand | undefined {
  const message = parse(text)
  if (message?.type === 'xstate.inspecting') return { type: 'xstate.inspecting' }
  if (message?.type !== 'xstate.event') return undefined
  const event = parse(message.event)
  const data = event?.data as Record<string, unknown> | undefined
  if (typeof event?.origin !== 'string' || registry.get(event.origin) === undefined) return undefined
  // XState's own events (`xstate.stop`, `xstate.error.actor.…`) would let a page stop actors or make up their ends.
  if (typeof data?.type !== 'string' || data.type.startsWith('xstate.')) return undefined
  const wrapped = { name: data.type, data, $$type: 'scxml', type: 'external', origin: event.origin }
  return { type: 'xstate.event', event: JSON.stringify(wrapped) }
}

/** Adds what the inspector leaves out on a server: whose child a service is, by which the page shows a tree. */
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
