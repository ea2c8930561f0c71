/** The read-only run log of a session. */
import type { StoreHealth, WhenDown } from '../../log/resilience/options.ts'
import type { SessionLog } from '../../log/session-log.ts'
import type { Redactor } from '../../values/secrets.ts'

export interface RunLog {
  /** The log over the store that was opened last. */
  readonly current: SessionLog
  /** True after a stop has closed the store; a start opens it again. */
  readonly isClosed: boolean
  /** The last reported health of the store. */
  readonly health: StoreHealth
  /** The treatment of launches while the store cannot write. */
  readonly whenDown: WhenDown
  /** Masks secrets in stored values; undefined if masking is disabled. */
  readonly redactor: Redactor | undefined
}
