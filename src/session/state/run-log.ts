/** The run log of a session as all parts see it. */
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
  /** What happens to launches while the store cannot be written. */
  readonly whenDown: WhenDown
  /** Masks secrets in what is stored; undefined if nothing is masked. */
  readonly redactor: Redactor | undefined
}
