/**
 * Who may look. A page that shows a session can also send it events, so the door must not stand open: any web page that
 * someone happens to visit can open a WebSocket to a port of their machine.
 */
import type { IncomingMessage } from 'node:http'

/** Names under which a machine reaches itself. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** What decides on a visitor. */
export interface VisitorRules {
  /** Where the server listens. */
  readonly host: string
  /** Origins of pages elsewhere that may look. */
  readonly origins: readonly string[]
}

/**
 * True of a request that may come in: from a program (which names no origin), from a page served by this machine, or from
 * a page of the given origins. On a loopback address the request must also have asked for this machine by one of its own
 * names, or a foreign name that is made to point here would do.
 */
export function isWelcome(request: Pick<IncomingMessage, 'headers'>, rules: VisitorRules): boolean {
  const { host, origin } = request.headers
  if (isLoopback(rules.host) && !isLoopback(nameIn(`http://${host}`))) return false
  if (origin === undefined || rules.origins.includes(origin)) return true
  return isLoopback(nameIn(origin))
}

/** True of a name that stands for this machine and is reached from nowhere else. */
export function isLoopback(host: string | undefined): boolean {
  return host !== undefined && (loopbackNames.includes(host) || host === '::1')
}

/** A host as it stands in an address: IPv6 in brackets. */
export function inAddress(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function nameIn(address: string): string | undefined {
  try {
    return new URL(address).hostname
  } catch {
    return undefined
  }
}
