/** Options of `createHttp`, and the settings derived from them. */
import type { DurationInput } from '../app/index.ts'
import { checkOptions, toDurationMs } from '../app/internal/index.ts'
import { defaultRedact, type Redact } from './contract/redact.ts'

/**
 * A caller: a name for the audit notes, and the level of access.
 *
 * @example
 * ```ts
 * import type { Who } from 'gantry/http'
 *
 * const ada: Who = { name: 'ada', access: 'all' }
 * ```
 */
export interface Who {
  /** Name of the caller in audit notes and error messages. */
  readonly name: string
  /** `'read'`: reading only. `'all'`: reading and changes. There is no other value. */
  readonly access: 'read' | 'all'
}

/**
 * An action that a caller requests, as `authorize` receives it.
 *
 * @example
 * ```ts
 * import { type Attempt, createHttp } from 'gantry/http'
 *
 * const authorize = ({ who, permission, task }: Attempt): boolean =>
 *   permission === 'read' || (who.name === 'ada' && task !== 'payroll')
 * createHttp(app.session, { authorize })
 * ```
 */
export interface Attempt {
  /** The caller. */
  readonly who: Who
  /** `read`, or the type of the command: `task.run`, `session.shutDown`, … */
  readonly permission: string
  /** The affected task; null if there is none, or more than one (a list). */
  readonly task: string | null
  /** The request, for instance to read its headers. */
  readonly request: Request
}

/**
 * Authentication of callers: a token with full access (at least 32 characters) and optionally one that only reads; a function that
 * returns the caller of a request (null or undefined for an unknown caller, which gets 401); or `'none'` for open access. Default: a
 * random token.
 *
 * @example
 * ```ts
 * import { createHttp, type HttpAuth } from 'gantry/http'
 *
 * const auth: HttpAuth = (request) =>
 *   request.headers.get('x-user') === 'ada' ? { name: 'ada', access: 'all' } : null
 * createHttp(app.session, { auth })
 * ```
 */
export type HttpAuth =
  | { readonly token: string; readonly readToken?: string }
  | ((request: Request) => Who | null | undefined | Promise<Who | null | undefined>)
  | 'none'

/**
 * Limits on what a client can use. Numbers are integers from 1; anything else is a `RangeError`.
 *
 * @example
 * ```ts
 * import { createHttp, type HttpLimits } from 'gantry/http'
 *
 * const limits: Partial<HttpLimits> = { bodyBytes: 16_384, wait: '10 seconds' }
 * createHttp(app.session, { limits })
 * ```
 */
export interface HttpLimits {
  /** Maximum size of a request body, in bytes; default 65,536. */
  readonly bodyBytes: number
  /** Maximum length of path and query, in characters; default 4,096. */
  readonly urlLength: number
  /** Maximum number of open connections of `listen()`; default 256. */
  readonly connections: number
  /** Time limit for a request to arrive at `listen()`; default 15 seconds. */
  readonly arrival: DurationInput
  /** Maximum number of concurrent event streams; default 64. */
  readonly streams: number
  /** Number of events kept for clients that reconnect; default 2,000. */
  readonly keptEvents: number
  /** Maximum number of items per page; default 500. */
  readonly pageSize: number
  /** Maximum of `?wait=`; default 60 seconds. */
  readonly wait: DurationInput
  /** Wrong tokens per address and minute before requests get 429; default 10. */
  readonly wrongTokens: number
  /** Log lines kept per run; default 1,000. */
  readonly runLines: number
  /** Runs whose log lines are kept; default 200. */
  readonly runsWithLines: number
}

/**
 * Options of {@link createHttp}, all optional. Defaults: a random token, no dashboard, changes allowed, host names of this machine only.
 *
 * @example
 * ```ts
 * import { createHttp, type HttpOptions } from 'gantry/http'
 *
 * const options: HttpOptions = { dashboard: true, readOnly: true, hosts: ['gantry.example.org'] }
 * createHttp(app.session, options)
 * ```
 */
export interface HttpOptions {
  /** Authentication of callers. Default: a random token with full access. */
  readonly auth?: HttpAuth
  /** Serves the dashboard at the mount path. Default false. */
  readonly dashboard?: boolean
  /**
   * Decides on each action, in addition to `auth`. It is called for every command and every task that a request affects, and with `read`
   * for every task that a response could mention: a task that may not be read is absent (404, in no list, masked in the conditions of
   * others). Any result but `true` refuses the action with 403. Default: `auth` alone decides.
   */
  readonly authorize?: (attempt: Attempt) => boolean | Promise<boolean>
  /** Refuses all changes, for every caller. Default false. */
  readonly readOnly?: boolean
  /**
   * Accepted host names in addition to those of this machine, with a port that is not the scheme's default; `'*'` accepts any (behind a
   * proxy that checks the name).
   */
  readonly hosts?: readonly string[] | '*'
  /** The mount path, such as `/gantry`, if the surrounding server does not remove it. Default: none. */
  readonly basePath?: string
  /** Replaces values in responses, like the replacer of `JSON.stringify`. Default: hides values whose key looks like a secret. */
  readonly redact?: Redact
  /** Limits on what a client can use; each has a default. */
  readonly limits?: Partial<HttpLimits>
}

/** The options with defaults applied. */
export interface HttpSettings {
  readonly dashboard: boolean
  readonly readOnly: boolean
  readonly authorize: HttpOptions['authorize']
  /** Accepted names in lower case; null for any. */
  readonly hosts: ReadonlySet<string> | null
  /** Addresses at which servers of this interface listen; `listen()` adds them. */
  readonly addresses: Set<string>
  /** Begins with a slash and does not end with one, or is empty. */
  readonly basePath: string
  readonly redact: Redact
  readonly limits: Omit<HttpLimits, 'wait' | 'arrival'> & {
    readonly waitMs: number
    readonly arrivalMs: number
  }
}

const defaults: HttpLimits = {
  bodyBytes: 65_536,
  urlLength: 4_096,
  connections: 256,
  arrival: { seconds: 15 },
  streams: 64,
  keptEvents: 2_000,
  pageSize: 500,
  wait: { seconds: 60 },
  wrongTokens: 10,
  runLines: 1_000,
  runsWithLines: 200,
}

const names = [
  'auth',
  'dashboard',
  'authorize',
  'readOnly',
  'hosts',
  'basePath',
  'redact',
  'limits',
] as const satisfies readonly (keyof HttpOptions)[]

/** Checks options and applies defaults. @throws TypeError, RangeError */
export function toSettings(options: HttpOptions): HttpSettings {
  checkOptions(options, names, 'options of createHttp()')
  checkOptions(options.limits ?? {}, Object.keys(defaults), 'limits of createHttp()')
  if (typeof options.auth === 'object')
    checkOptions(options.auth, ['token', 'readToken'], "'auth' of createHttp()")
  const { wait, arrival, ...limits } = { ...defaults, ...options.limits }
  for (const [name, value] of Object.entries(limits))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`Cannot set the limit '${name}' as it must be an integer from 1: ${value}`)
  return {
    dashboard: options.dashboard ?? false,
    readOnly: options.readOnly ?? false,
    authorize: options.authorize,
    addresses: new Set(),
    hosts: options.hosts === '*' ? null : new Set((options.hosts ?? []).map((host) => host.toLowerCase())),
    basePath: toBasePath(options.basePath ?? ''),
    redact: options.redact ?? defaultRedact,
    limits: { ...limits, waitMs: toDurationMs(wait), arrivalMs: toDurationMs(arrival) },
  }
}

function toBasePath(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  if (trimmed === '' || /^(\/[\w.~-]+)+$/.test(trimmed)) return trimmed
  throw new TypeError(`Cannot mount at that base path as it must be like '/admin/gantry': '${path}'`)
}
