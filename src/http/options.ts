/** What `createHttp` takes, and the settings that come of it. */
import type { DurationInput } from '../app/index.ts'
import { checkOptions, toDurationMs } from '../app/index.ts'
import { defaultRedact, type Redact } from './contract/redact.ts'

/**
 * Someone who asks: a name for the audit notes, and how much they may do.
 *
 * @example
 * ```ts
 * import type { Who } from 'gantry/http'
 *
 * const ada: Who = { name: 'ada', access: 'all' }
 * ```
 */
export interface Who {
  readonly name: string
  /** `'read'`: only to look. `'all'`: to look and to change. There is no other. */
  readonly access: 'read' | 'all'
}

/**
 * What someone is about to do.
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
  readonly who: Who
  /** `read`, or the command it comes to: `task.run`, `session.shutDown`, ... */
  readonly permission: string
  /** The task it is about; null if it is about none, or not about one alone (a list). */
  readonly task: string | null
  readonly request: Request
}

/**
 * Who may ask: a token of yours (at least 32 characters) that may do everything and perhaps one that may only read, a function
 * that tells who sent a request (null or undefined: nobody we know, answered 401), or `'none'` for everybody. Left out, a token is made at random.
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
 * Bounds, so that no client can take more than its share. Numbers are whole and above 0, or there is a `RangeError`.
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
  /** Bytes of a request's body; default 65,536. */
  readonly bodyBytes: number
  /** Characters of a request's path and query; default 4,096. */
  readonly urlLength: number
  /** Open connections of `listen()`; default 256. */
  readonly connections: number
  /** How long a request may take to arrive at `listen()`; default 15 seconds. */
  readonly arrival: DurationInput
  /** Clients that follow events at the same time; default 64. */
  readonly streams: number
  /** Events kept for clients that come back; default 2,000. */
  readonly keptEvents: number
  /** Items of a page at most; default 500. */
  readonly pageSize: number
  /** How long `?wait=` waits at most; default 60 seconds. */
  readonly wait: DurationInput
  /** Wrong tokens from one address in a minute before it is answered 429; default 10. */
  readonly wrongTokens: number
  /** Lines kept of one run, and runs of which lines are kept; default 1,000 and 200. */
  readonly runLines: number
  readonly runsWithLines: number
}

/**
 * Options of {@link createHttp}, all optional: a token made at random, no dashboard, everything may be changed, this
 * machine only.
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
  readonly auth?: HttpAuth
  /** Shows the dashboard where this is mounted. Default false. */
  readonly dashboard?: boolean
  /**
   * Decides on each action beside `auth`. It is asked for every command and every task that a request touches, and with `read`
   * for every task that an answer could tell of: a task that may not be read is absent (404, in no list, masked in the conditions
   * of others). Anything but `true` refuses with 403. Default: `auth` decides alone.
   */
  readonly authorize?: (attempt: Attempt) => boolean | Promise<boolean>
  /** Nothing can be changed, whoever asks. Default false. */
  readonly readOnly?: boolean
  /**
   * Host names under which it may be reached beside those of this machine, with the port where it is not that of the scheme;
   * `'*'` is any (for a proxy before it that looks at names).
   */
  readonly hosts?: readonly string[] | '*'
  /** Where it is mounted if what is before it does not take that off: `/gantry`. */
  readonly basePath?: string
  /** Replaces values on their way out, as the replacer of `JSON.stringify`. Default: those whose key sounds secret. */
  readonly redact?: Redact
  readonly limits?: Partial<HttpLimits>
}

/** Options with defaults. */
export interface HttpSettings {
  readonly dashboard: boolean
  readonly readOnly: boolean
  readonly authorize: HttpOptions['authorize']
  /** Lower case; null for any. */
  readonly hosts: ReadonlySet<string> | null
  /** Addresses at which a server of ours listens; it adds them. */
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

/** Checks options and fills in defaults. @throws TypeError, RangeError */
export function toSettings(options: HttpOptions): HttpSettings {
  checkOptions(options, names, 'options of createHttp()')
  checkOptions(options.limits ?? {}, Object.keys(defaults), 'limits of createHttp()')
  if (typeof options.auth === 'object')
    checkOptions(options.auth, ['token', 'readToken'], "'auth' of createHttp()")
  const { wait, arrival, ...limits } = { ...defaults, ...options.limits }
  for (const [name, value] of Object.entries(limits))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`Cannot set the limit '${name}' as it must be a whole number from 1: ${value}`)
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
