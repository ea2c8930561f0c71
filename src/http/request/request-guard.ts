/**
 * The checks before anything is looked up: is it meant for this machine, and does a mutation come from our own page or from a
 * program, not from somebody else's page in a browser that happens to run here.
 */
import { Problem } from '../contract/problem.ts'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** What counts as this server. */
export interface KnownHosts {
  /** Names that were allowed, lower case; null for any. */
  readonly hosts: ReadonlySet<string> | null
  /** Addresses at which it listens. */
  readonly addresses: ReadonlySet<string>
}

/** The host of a request as its names have it: `localhost:4600`. */
export function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host
}

/**
 * Throws unless the request asked for this machine by one of its own names or by one that was allowed. A foreign name that
 * somebody points to this machine (DNS rebinding) would else make a page of theirs one of our own origin.
 *
 * @throws Problem 421
 */
export function checkHost(request: Request, { hosts, addresses }: KnownHosts): void {
  if (hosts === null) return
  const host = hostOf(request)
  // Both are looked at: a request line with a whole address in it need not say the same as the header.
  for (const each of [host, new URL(request.url).host]) {
    const name = nameOf(each)
    const isKnown = name !== null && (isLoopbackName(name) || addresses.has(name) || hosts.has(name))
    if (!isKnown && !hosts.has(each.toLowerCase()))
      throw new Problem(421, 'host', `Cannot answer as this host name is not one of ours: ${shown(host)}`, {
        hint: "Ask for localhost, or add the name to 'hosts': createHttp(session, { hosts: ['gantry.example.com'] }).",
      })
  }
}

/**
 * Throws unless a mutation is JSON or empty, and comes from our own page or from no page at all.
 *
 * @throws Problem 403, 415
 */
export function checkMutation(request: Request, { hosts }: Pick<KnownHosts, 'hosts'>): void {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none')
    throw new Problem(403, 'cross-site', `Cannot do that for a page of another site: ${shown(site)}`)
  const origin = headers.get('origin')
  if (origin !== null && !isOwnOrigin(origin, request, hosts))
    throw new Problem(403, 'cross-site', `Cannot do that for a page of another origin: ${shown(origin)}`)
  const type = headers.get('content-type')
  // Where there is no type there may be no body either: that is seen when it is read. No page can send such a request across
  // origins without the two headers above.
  if (type !== null && !isJson(type)) throw notJson(type)
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity')
    throw new Problem(415, 'content-encoding', `Cannot take a compressed body: ${shown(encoding)}`)
}

/** The problem of a body that is not announced as JSON. */
export function notJson(type: string | null): Problem {
  return new Problem(415, 'content-type', `Cannot take that as it must be application/json: ${shown(type)}`, {
    hint: "Send the header 'content-type: application/json'.",
  })
}

function isJson(type: string): boolean {
  return /^application\/json\s*(;|$)/i.test(type)
}

function isOwnOrigin(origin: string, request: Request, hosts: KnownHosts['hosts']): boolean {
  let url: URL
  try {
    url = new URL(origin)
  } catch {
    return false
  }
  if (url.host === hostOf(request).toLowerCase()) return true
  // A proxy may ask us under another name than the one its visitors see. A port is another server, of another's perhaps.
  return hosts?.has(url.host) === true
}

/** The host's name without its port, lower case; null if it is not one plain host. */
function nameOf(host: string): string | null {
  const match = /^(\[[\da-f:.]+\]|[a-z\d._-]+)(:\d{1,5})?$/i.exec(host)
  return match === null ? null : match[1]!.toLowerCase().replace(/\.$/, '')
}

/** True of the names that stand for this machine and are reached from nowhere else. */
export function isLoopbackName(name: string): boolean {
  return loopbackNames.includes(name) || name === '::1' || name.endsWith('.localhost')
}

function shown(value: string | null): string {
  return value === null ? 'none' : `'${value.slice(0, 100)}'`
}
