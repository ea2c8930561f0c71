/**
 * Checks of host and origin. Requests must be addressed to this server, and mutations must come from its page or a program, not from a
 * foreign page in a local browser.
 */
import { Problem } from '../contract/problem.ts'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** The hosts that identify this server. */
export interface KnownHosts {
  /** Allowed names in lower case; null for any. */
  readonly hosts: ReadonlySet<string> | null
  /** Addresses at which the server listens. */
  readonly addresses: ReadonlySet<string>
}

/** The host of a request with its port, such as `localhost:4600`. */
export function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host
}

/**
 * Throws unless the request's host is a name of this machine or an allowed one. A foreign name that resolves to this machine (DNS
 * rebinding) would otherwise give a foreign page the server's origin.
 *
 * @throws Problem 421
 */
export function checkHost(request: Request, { hosts, addresses }: KnownHosts): void {
  if (hosts === null) return
  const host = hostOf(request)
  // Both are checked: a request line with an absolute URL may differ from the header.
  for (const each of [host, new URL(request.url).host]) {
    const name = nameOf(each)
    const isKnown = name !== null && (isLoopbackName(name) || addresses.has(name) || hosts.has(name))
    if (!isKnown && !hosts.has(each.toLowerCase()))
      throw new Problem(
        421,
        'host',
        `Cannot answer as this server is not known by that host name: ${shown(host)}`,
        {
          hint: "Use localhost, or add the name to 'hosts': createHttp(session, { hosts: ['gantry.example.com'] }).",
        },
      )
  }
}

/**
 * Throws unless a mutation is JSON or empty, and comes from the server's page or from no page.
 *
 * @throws Problem 403, 415
 */
export function checkMutation(request: Request, { hosts }: Pick<KnownHosts, 'hosts'>): void {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none')
    throw new Problem(403, 'cross-site', `Cannot accept a change from a page of another site: ${shown(site)}`)
  const origin = headers.get('origin')
  if (origin !== null && !isOwnOrigin(origin, request, hosts))
    throw new Problem(
      403,
      'cross-site',
      `Cannot accept a change from a page of another origin: ${shown(origin)}`,
    )
  const type = headers.get('content-type')
  // A missing type is fine if there is no body either, which is checked when it is read. Pages cannot send this request across
  // origins without one of the headers above.
  if (type !== null && !isJson(type)) throw notJson(type)
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity')
    throw new Problem(415, 'content-encoding', `Cannot accept a compressed body: ${shown(encoding)}`)
}

/** The problem of a body whose type is not JSON. */
export function notJson(type: string | null): Problem {
  return new Problem(
    415,
    'content-type',
    `Cannot accept the body as its type must be application/json: ${shown(type)}`,
    {
      hint: "Send the header 'content-type: application/json'.",
    },
  )
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
  // A proxy may use another name than its visitors see. The port counts: another port may be a foreign server.
  return hosts?.has(url.host) === true
}

/** The host name without its port, in lower case; null for anything but one plain host. */
function nameOf(host: string): string | null {
  const match = /^(\[[\da-f:.]+\]|[a-z\d._-]+)(:\d{1,5})?$/i.exec(host)
  return match === null ? null : match[1]!.toLowerCase().replace(/\.$/, '')
}

/** True for names that always mean this machine. */
export function isLoopbackName(name: string): boolean {
  return loopbackNames.includes(name) || name === '::1' || name.endsWith('.localhost')
}

function shown(value: string | null): string {
  return value === null ? 'none' : `'${value.slice(0, 100)}'`
}
