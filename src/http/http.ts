/** The HTTP interface of a session, as one handler for any server. */
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
import { TokenNotice } from './security/token-notice.ts'
import { type Listening, type ListenOptions, listen } from './server/listen.ts'
import { createNodeHandler, mountOf } from './server/node-adapter.ts'
import { createRouter } from './server/router.ts'

/**
 * The HTTP interface of a session, created by {@link createHttp}.
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
   * Fetch API handler, for Hono, Next, Bun and Deno.
   *
   * @param connection - The client's address, for audit notes and the limit of wrong tokens per address.
   */
  readonly fetch: (request: Request, connection?: { readonly address?: string }) => Promise<Response>
  /** Handler for `node:http`, Express and Connect. Calls `next` for paths outside the interface. */
  readonly node: (
    request: IncomingMessage,
    response: ServerResponse,
    next?: (error?: unknown) => void,
  ) => void
  /** Starts a separate server, on this machine only unless a host is given. */
  listen(options?: ListenOptions): Promise<Listening>
  /**
   * The token with full access; null if `auth` has none. `listen()` prints a generated token; mounted in another server, it is
   * logged at the first request.
   */
  readonly token: string | null
  /**
   * Readiness of the session, for a health check without a request and a token.
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
  /** Ends all event streams, closes all servers, and stops listening to the session. */
  close(): Promise<void>
}

/**
 * Result of {@link Http.health}: readiness of the session and of its run log.
 *
 * @example
 * ```ts
 * import { createHttp, type Health } from 'gantry/http'
 *
 * const { isReady, state }: Health = createHttp(app.session).health()
 * ```
 */
export interface Health {
  /** True while the session is `running` or `held`. */
  readonly isReady: boolean
  /** The state of the session. */
  readonly state: Session['state']
  /** `degraded` while the run log cannot be written. */
  readonly log: 'ok' | 'degraded'
}

/**
 * Creates the HTTP interface of a session. Without `auth` a random token is generated; `listen()` prints a link with it.
 *
 * @throws TypeError or RangeError for invalid options
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
  const notice = new TokenNotice(session, auth)

  return {
    token: auth.token,
    fetch(request, connection) {
      notice.log(settings.basePath)
      return answer(request, { address: connection?.address ?? 'unknown' })
    },
    node(request, response, next) {
      notice.log(mountOf(request) || settings.basePath)
      node(request, response, next)
    },
    health() {
      const { state } = session
      return { isReady: state === 'running' || state === 'held', state, log: session.log.health.state }
    },
    async listen(where = {}) {
      notice.skip()
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
