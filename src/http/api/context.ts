/** What the handlers of one interface share. */
import type { Session } from '../../app/index.ts'
import type { Feed } from '../live/feed.ts'
import type { IdempotencyKeys } from '../live/idempotency-keys.ts'
import type { Metrics } from '../live/metrics.ts'
import type { RunLineBuffer } from '../live/run-lines.ts'
import type { HttpSettings } from '../options.ts'

export interface Shared {
  readonly session: Session
  readonly settings: HttpSettings
  /** Live events. */
  readonly feed: Feed
  /** Lines that runs wrote lately. */
  readonly lines: RunLineBuffer
  readonly metrics: Metrics
  /** Idempotency keys of runs asked for lately. */
  readonly keys: IdempotencyKeys
  /** A plain, bounded copy of a value, secrets hidden; `key` is the value's own name. */
  copy(value: unknown, key?: string): unknown
  /** The same, smaller: for one of many. */
  brief(value: unknown, key?: string): unknown
  /** The OpenAPI document. */
  document(): unknown
}
