/** Objects shared by the handlers of one interface. */
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
  /** Recent log lines of runs. */
  readonly lines: RunLineBuffer
  readonly metrics: Metrics
  /** Idempotency keys of recently requested runs. */
  readonly keys: IdempotencyKeys
  /** A plain, size-limited copy of a value, secrets hidden; `key` is the value's name. */
  copy(value: unknown, key?: string): unknown
  /** A smaller copy, for values in lists. */
  brief(value: unknown, key?: string): unknown
  /** The OpenAPI document. */
  document(): unknown
}
