/** What a guard before a store may be told, and what it tells. */

import type { LogEntry } from '../store.ts'
import type { LogProblem } from '../store-problem.ts'

/**
 * What happens while the store can't write: those who append wait, or go on.
 *
 * @example
 * ```ts
 * const whenDown: WhenDown = 'buffer'
 * createApp({ store: guardStore(createJsonlStore('./runs.jsonl'), { whenDown }) })
 * ```
 */
export type WhenDown = 'pause' | 'buffer'

/**
 * How a store does.
 *
 * @example
 * ```ts
 * const { state, reason, waiting }: StoreHealth = session.log.health
 * if (state === 'degraded') console.warn(`${waiting} entries wait: ${reason?.message}`)
 * ```
 */
export interface StoreHealth {
  /** `ok`, or `degraded`: entries wait for it to write again. */
  readonly state: 'ok' | 'degraded'
  /** Why it is degraded: what it threw, or that it takes long. */
  readonly reason?: Error
  /** How many entries wait. */
  readonly waiting: number
}

/**
 * What a guard tells of a store. A listener that throws is reported as a process warning and stops nothing.
 *
 * @example
 * ```ts
 * const listener: GuardListener = { onHealth: ({ state }) => console.warn(state) }
 * createApp({ store: guardStore(createJsonlStore('./runs.jsonl'), listener) })
 * ```
 */
export interface GuardListener {
  /** Called when the state changes. */
  readonly onHealth?: (health: StoreHealth) => void
  /** Called with an entry that was released to its appender and then refused for good: it is lost. */
  readonly onLost?: (entries: readonly LogEntry[], problem: unknown) => void
  /** Called with invalid and late answers. Default: a process warning. */
  readonly onProblem?: (problem: LogProblem) => void
}

/**
 * Options of `guardStore`.
 *
 * @example
 * ```ts
 * const options: GuardOptions = { whenDown: 'buffer', limit: 1_000, onHealth: ({ state }) => console.warn(state) }
 * createApp({ store: guardStore(createJsonlStore('./runs.jsonl'), options) })
 * ```
 */
export interface GuardOptions extends GuardListener {
  /** Default `pause`. */
  readonly whenDown?: WhenDown
  /** With `buffer`: so many entries may wait while those who append go on; with more they wait, too. Default 10,000. */
  readonly limit?: number
  /** A write that takes longer counts as one that fails, ms; default 5,000. */
  readonly slowAfterMs?: number
  /** How soon it is tried again, ms; default 100, doubled up to 1,000. Of real time: disks know no other. */
  readonly retryMs?: number
  /**
   * How long a stop waits for a store that cannot write, and for one that does not close, ms; default 5,000.
   * What is not written by then is lost, and the loss is reported.
   */
  readonly closeWithinMs?: number
}
