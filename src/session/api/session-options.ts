/** Types of single options of a session: the logger, failure policies, the run log and pools. */

import type { ValueSerializer } from '../../log/serialize.ts'
import type { DurationInput } from '../../time/duration/duration.ts'
import type { RedactorOptions } from '../../values/secrets.ts'

/**
 * The interface of a logger: `console` and most logging libraries have it.
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
 * The treatment of a failure. `log`: the event `session.warning`, a line in the logger, and a count in `session.warnings`.
 * `raise`: the session stops, and `session.stopped` rejects with the error.
 *
 * @example
 * ```ts
 * const onError: OnError = 'raise'
 * createApp({ onError: { condition: onError, hook: 'log' } })
 * ```
 */
export type OnError = 'log' | 'raise'

/**
 * Options of the run log, all optional. An unknown key is a `TypeError`.
 *
 * @example
 * ```ts
 * const log: LogOptions = { whenDown: 'buffer', retention: { maxAge: '90 days', maxRecords: 1_000 } }
 * createApp({ store: 'sqlite:./gantry.db', log })
 * ```
 */
export interface LogOptions {
  /**
   * The behavior while the store cannot write. `pause` (default): nothing launches until it can. `buffer`: runs continue, and
   * up to 10,000 records wait in memory, in order. The events `session.degraded` and `session.recovered` report both.
   */
  readonly whenDown?: 'pause' | 'buffer'
  /**
   * Limits for the records that the store keeps, applied every ten minutes: the maximum age, the maximum number per task and the
   * maximum number in total. Records that a condition still needs are always kept. A task's option `retention` takes precedence.
   * Default: the limits of the store.
   */
  readonly retention?: {
    readonly maxAge?: DurationInput
    readonly maxRecords?: number
    readonly maxTotal?: number
  }
  /** The maximum size of a stored return value or param, in characters of JSON; default 65,536. Larger values are left out. */
  readonly maxValueSize?: number
  /** The number of `run.log` lines that are stored per run: the first ones, up to 256 KB. Default 1,000; 0 stores none. */
  readonly linesPerRun?: number
  /** Converts return values that JSON cannot represent to JSON and back. */
  readonly serializer?: ValueSerializer
  /**
   * Options for masking secrets in the log, in addition to values of `secret()`. `false` masks only the latter. Default: params
   * with names of secrets, and texts in known formats of secrets.
   */
  readonly redact?: RedactorOptions | false
}

/**
 * Limits of a pool, all optional. An unknown key is a `TypeError`, and a limit that is not positive a `RangeError`.
 *
 * @example
 * ```ts
 * const api: PoolOptions = { limit: 2, rate: { starts: 10, per: '1 minute' } }
 * createApp({ pools: { api } }).task('call', 'every 1 second', { pool: 'api' }, () => {})
 * ```
 */
export interface PoolOptions {
  /** The maximum number of live runs; default no limit. */
  readonly limit?: number
  /** The maximum number of starts within any period of the length `per` (a sliding window). */
  readonly rate?: { readonly starts: number; readonly per: DurationInput }
}
