/** Authentication of callers: tokens compared in constant time, a function of the program, or open access. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'
import type { HttpAuth, Who } from '../options.ts'

const anyone: Who = Object.freeze({ name: 'anyone', access: 'all' })
const holder: Who = Object.freeze({ name: 'token', access: 'all' })
const reader: Who = Object.freeze({ name: 'read token', access: 'read' })

/** Minimum length; a shorter token could be guessed. */
const minTokenLength = 32

/** Identifies the caller of a request. */
export interface Authenticator {
  /** The token with full access, for the link; null without tokens. */
  readonly token: string | null
  /** True if the token was generated, so that it must be shown to the user. */
  readonly isGenerated: boolean
  /** True if every caller has full access. */
  readonly isOpen: boolean
  /** @throws Problem 401, 429 */
  identify(request: Request, address: string): Promise<Who>
}

/** Creates the authenticator for the options. @throws RangeError for a token that is too short */
export function createAuthenticator(
  auth: HttpAuth | undefined,
  clock: Clock,
  wrongTokens: number,
): Authenticator {
  if (auth === 'none') return { token: null, isGenerated: false, isOpen: true, identify: async () => anyone }
  if (typeof auth === 'function')
    return {
      token: null,
      isGenerated: false,
      isOpen: false,
      identify: (request) => askProgram(auth, request),
    }
  const token = checkToken(auth?.token ?? randomBytes(32).toString('base64url'))
  const readToken = auth?.readToken === undefined ? null : checkToken(auth.readToken)
  const tries = new Tries(clock, wrongTokens)
  const hashes = { all: hash(token), read: readToken === null ? null : hash(readToken) }
  return {
    token,
    isGenerated: auth === undefined,
    isOpen: false,
    async identify(request, address) {
      const header = request.headers.get('authorization')
      const given = /^bearer ([\w.~+/=-]+)$/i.exec(header ?? '')?.[1]
      if (given !== undefined) {
        const hashed = hash(given)
        // Both comparisons are always made, so that the response time does not depend on the result.
        const isAll = timingSafeEqual(hashed, hashes.all)
        const isRead = hashes.read !== null && timingSafeEqual(hashed, hashes.read)
        if (isAll) return holder
        if (isRead) return reader
      }
      // Only wrong tokens count, not missing ones. A caller with the right token is never refused because of guesses by another caller
      // at the same address.
      if (header !== null) tries.count(address)
      throw unauthorized(header === null ? 'the token is missing' : 'the token is unknown')
    },
  }
}

function checkToken(token: string): string {
  if (/^[\w.~+/=-]+$/.test(token) && token.length >= minTokenLength) return token
  throw new RangeError(
    `Cannot use that token as it must have at least ${minTokenLength} characters, letters, digits and ._~+/=- only: ${token.length} characters`,
  )
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

async function askProgram(
  auth: Extract<HttpAuth, (request: Request) => unknown>,
  request: Request,
): Promise<Who> {
  const who = await auth(request)
  if (who === null || who === undefined) throw unauthorized('the caller is unknown')
  if (who.access === 'all' || who.access === 'read') return who
  // An error of the program, not of the client.
  throw new TypeError(
    `Cannot use what the auth function returned as its access must be 'read' or 'all': ${shown(who)}. Return { name, access: 'read' | 'all' }, or null for an unknown caller.`,
  )
}

function shown(who: unknown): string {
  const access = typeof who === 'object' ? (who as { access?: unknown }).access : who
  return typeof access === 'string' ? `'${access}'` : String(access)
}

function unauthorized(why: string): Problem {
  return new Problem(401, 'unauthorized', `Cannot answer as a token is required: ${why}.`, {
    hint: "Send the header 'authorization: Bearer ‹token›', or open the link with the token. listen() prints the link; mounted in another server, it is logged at the first request; the program has the token as `createHttp(...).token`.",
    headers: { 'www-authenticate': 'Bearer realm="gantry"' },
  })
}

/** Counter of wrong tokens per address and minute. */
class Tries {
  readonly #byAddress = new Map<string, { count: number; since: number }>()
  readonly #clock: Clock
  readonly #limit: number

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  /** @throws Problem 429 */
  count(address: string): void {
    const now = this.#clock.monotonic()
    const before = this.#byAddress.get(address)
    const tries = before !== undefined && now - before.since < 60_000 ? before : { count: 0, since: now }
    tries.count += 1
    this.#byAddress.delete(address)
    this.#byAddress.set(address, tries)
    // The least recently used address is dropped, so that the map does not grow with the number of addresses.
    if (this.#byAddress.size > 1_000) this.#byAddress.delete(this.#byAddress.keys().next().value!)
    if (tries.count <= this.#limit) return
    const seconds = Math.ceil((tries.since + 60_000 - now) / 1_000)
    throw new Problem(429, 'too-many-tokens', 'Cannot check more tokens from this address for now.', {
      headers: { 'retry-after': String(seconds) },
    })
  }
}
