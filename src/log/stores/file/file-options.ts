/** Options of line-based run logs. Separate from the store, so that the public types do not depend on Node's. */

import type { Retention } from '../../retention.ts'
import type { LogProblem } from '../../store-problem.ts'

/** The options of a line-based run log. */
export interface FileStoreOptions {
  /** The records to keep; default 10,000 per task and 100,000 in total. A limit that is left out has its default. */
  readonly retention?: Retention
  /** Receives repairs and imports. Default: a process warning. */
  readonly onProblem?: (problem: LogProblem) => void
}

/** The default retention of a line-based run log. */
export const fileRetention: Retention = { maxPerTask: 10_000, maxTotal: 100_000 }
