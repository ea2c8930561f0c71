/** Options and listener types of a guarded store. */

import { checkOptions } from '../../values/check-options.ts'
import type { LogEntry } from '../entry.ts'
import type { LogProblem } from '../store-problem.ts'

/**
 * The behavior while the store cannot write. `pause`: appenders wait, so no run starts that could not be recorded.
 * `buffer`: appenders continue, and a crash loses the buffered entries.
 *
 * @example
 * ```ts
 * const whenDown: WhenDown = 'buffer'
 * createApp({ store: resilientStore(createJsonlStore('./runs.jsonl'), { whenDown }) })
 * ```
 */
export type WhenDown = 'pause' | 'buffer'

/**
 * The health of a guarded store.
 *
 * @example
 * ```ts
 * const { state, reason, waiting }: StoreHealth = session.log.health
 * if (state === 'degraded') console.warn(`${waiting} entries wait: ${reason?.message}`)
 * ```
 */
export interface StoreHealth {
  /** `ok`, or `degraded`: entries wait until the store can write again. */
  readonly state: 'ok' | 'degraded'
  /** The cause of the degraded state: the store's error, or a time limit that was exceeded. */
  readonly reason?: Error
  /** The number of entries that wait to be written. */
  readonly waiting: number
}

/**
 * Callbacks of a guarded store. An error that a callback throws is reported as a process warning and has no other effect.
 *
 * @example
 * ```ts
 * const listener: StoreHealthListener = { onHealth: ({ state }) => console.warn(state) }
 * createApp({ store: resilientStore(createJsonlStore('./runs.jsonl'), listener) })
 * ```
 */
export interface StoreHealthListener {
  /** Called when the state changes. */
  readonly onHealth?: (health: StoreHealth) => void
  /** Called with entries that were released to their appender and then refused permanently: they are lost. */
  readonly onLost?: (entries: readonly LogEntry[], problem: unknown) => void
  /** Called with invalid and late answers. Default: a process warning. */
  readonly onProblem?: (problem: LogProblem) => void
}

/**
 * Options of `resilientStore`.
 *
 * @example
 * ```ts
 * const options: ResilientStoreOptions = { whenDown: 'buffer', limit: 1_000, onHealth: ({ state }) => console.warn(state) }
 * createApp({ store: resilientStore(createJsonlStore('./runs.jsonl'), options) })
 * ```
 */
export interface ResilientStoreOptions extends StoreHealthListener {
  /** The behavior while the store cannot write; default `pause`. */
  readonly whenDown?: WhenDown
  /** With `buffer`: the maximum number of entries that may wait before appenders wait, too; default 10,000. */
  readonly limit?: number
  /** The time after which a write counts as failed, ms; default 5,000. */
  readonly slowAfterMs?: number
  /** Delay before a retry, ms; default 100, doubled up to 1,000. Measured in real time, also with a test clock. */
  readonly retryMs?: number
  /**
   * The longest time that a stop waits for a store that cannot write, or does not close, ms; default 5,000.
   * Entries that are not written by then are lost, and the loss is reported.
   */
  readonly closeWithinMs?: number
}

/** Options of a guard with all defaults filled in. */
export type GuardSettings = Required<Omit<ResilientStoreOptions, keyof StoreHealthListener>>

const defaults: GuardSettings = {
  whenDown: 'pause',
  limit: 10_000,
  slowAfterMs: 5_000,
  retryMs: 100,
  closeWithinMs: 5_000,
}
const listeners: readonly (keyof StoreHealthListener)[] = ['onHealth', 'onLost', 'onProblem']

/** Checks the option names and fills in the defaults. */
export function toGuardSettings(options: ResilientStoreOptions): GuardSettings {
  checkOptions(options, [...Object.keys(defaults), ...listeners], 'options of resilientStore()')
  const given = Object.entries(options).filter(([key, value]) => key in defaults && value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}
