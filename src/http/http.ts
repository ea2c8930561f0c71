/** `gantry/http`: a session over HTTP. One handler, for every server there is. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Session } from '../app/index.ts'
import type { Shared } from './api/context.ts'
import { toDocument } from './api/openapi.ts'
import { briefLimits, createCopier, wholeLimits } from './contract/redact.ts'
import { Feed } from './live/feed.ts'
import { IdempotencyKeys } from './live/idempotency-keys.ts'
import { Metrics } from './live/metrics.ts'
import { RunLineBuffer } from './live/run-lines.ts'
import { type HttpOptions, toSettings } from './options.ts'
import { prefix, routes } from './routes/table.ts'
import { createAuthenticator } from './security/auth.ts'
import { TokenTeller } from './security/token-notice.ts'
import { type Listening, type ListenOptions, listen } from './server/listen.ts'
import { createNodeHandler, mountOf } from './server/node-adapter.ts'
import { createRouter } from './server/router.ts'

/**
 * A session over HTTP. {@link createHttp} makes one.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createHttp, type Http } from 'gantry/http'
 *
 * const http: Http = createHttp(app.session, { basePath: '/gantry' })
 * createServer((request, response) => http.node(request, response)).listen(8080)
 * ```
 */
export interface Http {
  /**
   * Answers a request of the web platform: Hono, Next, Bun, Deno.
   *
   * @param connection - The address at the other end, for audit notes and for slowing down who guesses tokens.
   */
  readonly fetch: (request: Request, connection?: { readonly address?: string }) => Promise<Response>
  /** Answers a request of `node:http`, Express, Connect; calls `next` for what lies elsewhere. */
  readonly node: (
    request: IncomingMessage,
    response: ServerResponse,
    next?: (error?: unknown) => void,
  ) => void
  /** Listens by itself: on this machine only unless a host is given. */
  listen(options?: ListenOptions): Promise<Listening>
  /**
   * The token of those who may do everything; null where `auth` has none. A token that was made at random is printed by
   * `listen()`; mounted in another server it is logged at the first request.
   */
  readonly token: string | null
  /**
   * Whether the session can run tasks, for a health check of the program's own, without a request and a token.
   *
   * @example
   * ```ts
   * import { createServer } from 'node:http'
   * import { createHttp } from 'gantry/http'
   *
   * const http = createHttp(app.session)
   * createServer((_, response) => response.writeHead(http.health().isReady ? 200 : 503).end()).listen(0)
   * ```
   */
  health(): Health
  /** Ends all event streams, closes what listens, and lets go of the session. */
  close(): Promise<void>
}

/**
 * What {@link Http.health} tells: `isReady` while the session is `running` or `held`, its state, and whether its log can be
 * written.
 *
 * @example
 * ```ts
 * import { createHttp, type Health } from 'gantry/http'
 *
 * const { isReady, state }: Health = createHttp(app.session).health()
 * ```
 */
export interface Health {
  readonly isReady: boolean
  readonly state: Session['state']
  readonly log: 'ok' | 'degraded'
}

/**
 * Makes the interface of a session. Without `auth` a token is made at random: `listen()` prints a link that holds it.
 *
 * @throws TypeError, RangeError for options that cannot be
 * @example
 * ```ts
 * const http = createHttp(app.session)
 * const { url, close } = await http.listen({ port: 4600 })
 * ```
 */
export function createHttp(session: Session, options: HttpOptions = {}): Http {
  const settings = toSettings(options)
  const { limits } = settings
  const auth = createAuthenticator(options.auth, session.clock, limits.wrongTokens)
  const mask = <T>(value: T): T => session.log.redact(value)
  const copy = createCopier(settings.redact, wholeLimits, mask)
  const brief = createCopier(settings.redact, briefLimits, mask)
  const feed = new Feed(session, { keptEvents: limits.keptEvents, streams: limits.streams, copy: brief })
  let document: unknown = null
  const shared: Shared = {
    session,
    settings,
    feed,
    lines: new RunLineBuffer(session, limits),
    metrics: new Metrics(session, () => feed.clients),
    keys: new IdempotencyKeys(session.clock),
    copy,
    brief,
    document: () => (document ??= toDocument(routes, prefix)),
  }
  const answer = createRouter({ shared, routes, auth })
  const node = createNodeHandler(answer, settings)
  const open = new Set<Listening>()
  const teller = new TokenTeller(session, auth)

  return {
    token: auth.token,
    fetch(request, connection) {
      teller.tell(settings.basePath)
      return answer(request, { address: connection?.address ?? 'unknown' })
    },
    node(request, response, next) {
      teller.tell(mountOf(request) || settings.basePath)
      node(request, response, next)
    },
    health() {
      const { state } = session
      return { isReady: state === 'running' || state === 'held', state, log: session.log.health.state }
    },
    async listen(where = {}) {
      teller.wasTold()
      const listening = await listen({ node, auth, session, settings }, where)
      open.add(listening)
      return listening
    },
    async close() {
      feed.close()
      shared.lines.close()
      shared.metrics.close()
      await Promise.all([...open].map((each) => each.close()))
    },
  }
}
