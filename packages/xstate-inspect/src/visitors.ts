/**
 * Access control of the inspector's server. A page that shows a session can also send it events, and any web
 * page that a person visits, and any program on the machine, can open a WebSocket to a local port. So the
 * server must not accept every connection.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Names under which a machine reaches itself. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** What decides on a visitor. */
export interface VisitorRules {
  /** Where the server listens. */
  readonly host: string
  /** The required path of the address. */
  readonly token: string
  /** Origins of pages elsewhere that may look, exactly. */
  readonly origins: readonly string[]
  /** True if a page that the server itself serves may connect. */
  readonly isPageServed: boolean
}

/** A token that cannot be guessed, of letters that an address holds as they are. */
export function makeToken(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * True of a request that may come in: it holds the token, and comes from a program (which names no origin) or from a page of
 * exactly one of the origins. On a loopback address it must also have asked for this machine by one of its own names, or a
 * foreign name that is made to point here would do.
 */
export function isWelcome(request: Pick<IncomingMessage, 'headers' | 'url'>, rules: VisitorRules): boolean {
  const { host, origin } = request.headers
  if (isLoopback(rules.host) && !isLoopback(nameIn(`http://${host}`))) return false
  if (!isSame(pathOf(request.url), `/${rules.token}`)) return false
  if (origin === undefined || rules.origins.includes(origin)) return true
  // Another port of this machine is another program.
  return rules.isPageServed && origin === `http://${host}`
}

/** True of a name that stands for this machine and is reached from nowhere else. */
export function isLoopback(host: string | undefined): boolean {
  return host !== undefined && (loopbackNames.includes(host) || host === '::1')
}

/** A host as it stands in an address: IPv6 in brackets. */
export function inAddress(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Compares in a time that tells nothing of where the two differ. */
function isSame(given: string, known: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(known))
}

function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0]!
}

function nameIn(address: string): string | undefined {
  try {
    return new URL(address).hostname
  } catch {
    return undefined
  }
}
