/** Parts of the options of a session. */

import type { ValueSerializer } from '../../log/serialize.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import type { RedactorOptions } from '../../values/secrets.ts'

/**
 * A logger as most libraries shape it (console, pino).
 *
 * @example
 * ```ts
 * const quiet: Logger = { debug() {}, info() {}, warn: console.warn, error: console.error }
 * createApp({ logger: quiet })
 * ```
 */
export interface Logger {
  debug(...data: unknown[]): void
  info(...data: unknown[]): void
  warn(...data: unknown[]): void
  error(...data: unknown[]): void
}

/**
 * What a failure does: `log` (a warning, the logger, a counter) or `raise` (the session ends with it).
 *
 * @example
 * ```ts
 * const onError: OnError = 'raise'
 * createApp({ onError: { condition: onError, hook: 'log' } })
 * ```
 */
export type OnError = 'log' | 'raise'

/**
 * How a run log is kept.
 *
 * @example
 * ```ts
 * const log: LogOptions = { whenDown: 'buffer', retention: { maxAge: '90 days', maxRecords: 1_000 } }
 * createApp({ store: 'sqlite:./gantry.db', log })
 * ```
 */
export interface LogOptions {
  /**
   * While the store cannot write: `pause` (default) launches nothing until it can; `buffer` lets runs go on, and up to 10,000
   * records wait in memory, in their order. Either way `session.degraded` and `session.recovered` tell of it.
   */
  readonly whenDown?: 'pause' | 'buffer'
  /**
   * What is forgotten, looked at every ten minutes: what is older than `maxAge`, more than `maxRecords` of a task, more than
   * `maxTotal` in all; never what a condition still asks for. Tasks may have limits of their own. Default: the store's.
   */
  readonly retention?: {
    readonly maxAge?: DurationInput
    readonly maxRecords?: number
    readonly maxTotal?: number
  }
  /** How large a return or a param may be to be stored, in characters of JSON; default 65,536. */
  readonly maxValueSize?: number
  /** So many lines of `run.log` are kept of a run, the first ones, and no more than 256 KB; default 1,000, 0 for none. */
  readonly linesPerRun?: number
  /** Turns returns that are more than JSON into JSON and back. */
  readonly serializer?: ValueSerializer
  /** What is masked in the log beside values of `secret()`; `false` for nothing. Default: what looks like a secret. */
  readonly redact?: RedactorOptions | false
}

/**
 * Limits of a pool.
 *
 * @example
 * ```ts
 * const api: PoolOptions = { limit: 2, rate: { starts: 10, per: '1 minute' } }
 * createApp({ pools: { api } }).task('call', 'every 1 second', { pool: 'api' }, () => {})
 * ```
 */
export interface PoolOptions {
  /** So many runs at a time; default without limit. */
  readonly limit?: number
  /** So many starts in any stretch of time so long. */
  readonly rate?: { readonly starts: number; readonly per: DurationInput }
}
