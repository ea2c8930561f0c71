/** What may be said of a run log in a file of lines. Apart from the store, so that its public types need none of Node's. */

import type { Retention } from '../../store.ts'
import type { LogProblem } from '../../store-problem.ts'

/** Options of a run log in a file of lines. */
export interface FileStoreOptions {
  /** What to keep; default 10,000 records of a task and 100,000 in all. A limit that is left out has its default. */
  readonly retention?: Retention
  /** Told of what had to be mended, and of an import. Default: a process warning. Never silent. */
  readonly onProblem?: (problem: LogProblem) => void
}

/** What a file of lines keeps unless told otherwise. */
export const fileRetention: Retention = { maxPerTask: 10_000, maxTotal: 100_000 }
