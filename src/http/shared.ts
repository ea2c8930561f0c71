/** What the handlers of one interface share. */
import type { Session } from '../index.ts'
import type { Feed } from './feed.ts'
import type { Metrics } from './metrics.ts'
import type { HttpSettings } from './options.ts'
import type { RunKeys } from './run-keys.ts'
import type { RunLines } from './run-lines.ts'

export interface Shared {
  readonly session: Session
  readonly settings: HttpSettings
  /** Live events. */
  readonly feed: Feed
  /** Lines that runs wrote lately. */
  readonly lines: RunLines
  readonly metrics: Metrics
  /** Idempotency keys of runs asked for lately. */
  readonly keys: RunKeys
  /** A plain, bounded copy of a value, secrets hidden; `key` is the value's own name. */
  copy(value: unknown, key?: string): unknown
  /** The same, smaller: for one of many. */
  brief(value: unknown, key?: string): unknown
  /** The OpenAPI document. */
  document(): unknown
}
