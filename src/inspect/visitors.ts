/**
 * Access control of the inspector's server. A page that shows a session can also send it events, and any web page that a user
 * visits, and any program on the machine, can open a WebSocket to a local port. So the server must not accept every connection.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Host names of the local machine. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** The access rules. */
export interface VisitorRules {
  /** The host on which the server listens. */
  readonly host: string
  /** The required path of the address. */
  readonly token: string
  /** Exact origins of other pages that may connect. */
  readonly origins: readonly string[]
  /** True if a page that the server itself serves may connect. */
  readonly isPageServed: boolean
}

/** A token that cannot be guessed, of characters that need no escaping in an address. */
export function makeToken(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * True for a request that may connect: it contains the token, and comes from a program (without an origin) or from a page of exactly
 * one of the origins. On a loopback address the request must also use one of the names of this machine: otherwise a foreign
 * host name that resolves to this machine would be accepted (DNS rebinding).
 */
export function isWelcome(request: Pick<IncomingMessage, 'headers' | 'url'>, rules: VisitorRules): boolean {
  const { host, origin } = request.headers
  if (isLoopback(rules.host) && !isLoopback(nameIn(`http://${host}`))) return false
  if (!isSame(pathOf(request.url), `/${rules.token}`)) return false
  if (origin === undefined || rules.origins.includes(origin)) return true
  // Another port of this machine belongs to another program.
  return rules.isPageServed && origin === `http://${host}`
}

/** True for a name of this machine that is reachable only from it. */
export function isLoopback(host: string | undefined): boolean {
  return host !== undefined && (loopbackNames.includes(host) || host === '::1')
}

/** A host as it appears in an address: IPv6 in brackets. */
export function inAddress(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Compares in constant time, so that the duration does not reveal where the texts differ. */
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
