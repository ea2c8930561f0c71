/** Who asks: tokens compared in constant time, a function of the host program, or nobody in particular. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'
import type { HttpAuth, Who } from '../options.ts'

const anyone: Who = Object.freeze({ name: 'anyone', access: 'all' })
const holder: Who = Object.freeze({ name: 'token', access: 'all' })
const reader: Who = Object.freeze({ name: 'read token', access: 'read' })

/** A token shorter than this could be guessed. */
const minTokenLength = 32

/** Tells who sent a request. */
export interface Authenticator {
  /** The token of those who may do everything, for the link; null without tokens. */
  readonly token: string | null
  /** Whether the token was made here, so that somebody has to be told of it. */
  readonly isGenerated: boolean
  /** Whether everybody may do everything. */
  readonly isOpen: boolean
  /** @throws Problem 401, 429 */
  identify(request: Request, address: string): Promise<Who>
}

/** Makes the authenticator that the options mean. @throws RangeError for a token that is too short */
export function createAuthenticator(
  auth: HttpAuth | undefined,
  clock: Clock,
  wrongTokens: number,
): Authenticator {
  if (auth === 'none') return { token: null, isGenerated: false, isOpen: true, identify: async () => anyone }
  if (typeof auth === 'function')
    return { token: null, isGenerated: false, isOpen: false, identify: (request) => askHost(auth, request) }
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
        // Both comparisons are always made: how long it takes must not tell which of them was near.
        const isAll = timingSafeEqual(hashed, hashes.all)
        const isRead = hashes.read !== null && timingSafeEqual(hashed, hashes.read)
        if (isAll) return holder
        if (isRead) return reader
      }
      // Only guesses count. What has no token is a browser that was not told of it, or a page that hopes; and who has the
      // right one is never kept out because somebody else at the same address guesses.
      if (header !== null) tries.count(address)
      throw unauthorized(header === null ? 'there is none' : 'it is not a token that is known')
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

async function askHost(
  auth: Extract<HttpAuth, (request: Request) => unknown>,
  request: Request,
): Promise<Who> {
  const who = await auth(request)
  if (who === null || who === undefined) throw unauthorized('nobody knows who sent it')
  if (who.access === 'all' || who.access === 'read') return who
  // A fault of the program, not of the client.
  throw new TypeError(
    `Cannot use what the auth function returned as its access must be 'read' or 'all': ${shown(who)}. Return { name, access: 'read' | 'all' }, or null for nobody.`,
  )
}

function shown(who: unknown): string {
  const access = typeof who === 'object' ? (who as { access?: unknown }).access : who
  return typeof access === 'string' ? `'${access}'` : String(access)
}

function unauthorized(why: string): Problem {
  return new Problem(
    401,
    'unauthorized',
    `Cannot answer without a token as this is not open to everyone: ${why}.`,
    {
      hint: "Send the header 'authorization: Bearer ‹token›', or open the link with the token. listen() prints it; mounted in another server it is logged at the first request; the program has it as `createHttp(...).token`.",
      headers: { 'www-authenticate': 'Bearer realm="gantry"' },
    },
  )
}

/** Wrong tokens per address within a minute. */
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
    // The address that has been quiet the longest goes first: the map must not grow with the number of guessers.
    if (this.#byAddress.size > 1_000) this.#byAddress.delete(this.#byAddress.keys().next().value!)
    if (tries.count <= this.#limit) return
    const seconds = Math.ceil((tries.since + 60_000 - now) / 1_000)
    throw new Problem(429, 'too-many-tokens', 'Cannot look at more tokens from this address for now.', {
      headers: { 'retry-after': String(seconds) },
    })
  }
}
