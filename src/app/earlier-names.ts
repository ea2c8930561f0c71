/** Earlier names of exports: the same things under the names that programs may still import. */
import type {
  PlaceholderInput,
  PlaceholderInputs,
  PlaceholderType,
  PlaceholderValue,
  PlaceholderValues,
} from '../conditions/index.ts'
import { toErrorData as errorDataOf } from '../errors/error-data.ts'
import { near as namesNear } from '../errors/suggest.ts'
import type { CapacityLimit } from '../executors/executor.ts'
import type { IsolatedRun } from '../executors/run-facts.ts'
import {
  type ResilientStore,
  type ResilientStoreOptions,
  resilientStore,
  type StoreHealthListener,
} from '../log/index.ts'
import { toDurationMs as msOf } from '../time/index.ts'

/**
 * The earlier name of {@link PlaceholderType}.
 *
 * @deprecated Use {@link PlaceholderType}.
 * @example
 * ```ts
 * const type: SlotType = 'duration'
 * ```
 */
export type SlotType = PlaceholderType

/**
 * The earlier name of {@link PlaceholderValue}.
 *
 * @deprecated Use {@link PlaceholderValue}.
 * @example
 * ```ts
 * const age: SlotValue['duration'] = 3_600_000
 * ```
 */
export type SlotValue = PlaceholderValue

/**
 * The earlier name of {@link PlaceholderInput}.
 *
 * @deprecated Use {@link PlaceholderInput}.
 * @example
 * ```ts
 * const age: SlotInput['duration'] = '2 hours'
 * ```
 */
export type SlotInput = PlaceholderInput

/**
 * The earlier name of {@link PlaceholderValues}.
 *
 * @deprecated Use {@link PlaceholderValues}.
 * @example
 * ```ts
 * const values: SlotValues<'file {path} exists'> = { path: 'prices.csv' }
 * ```
 */
export type SlotValues<T extends string> = PlaceholderValues<T>

/**
 * The earlier name of {@link PlaceholderInputs}.
 *
 * @deprecated Use {@link PlaceholderInputs}.
 * @example
 * ```ts
 * const inputs: SlotInputs<'file {path} exists'> = { path: 'prices.csv' }
 * ```
 */
export type SlotInputs<T extends string> = PlaceholderInputs<T>

/**
 * The earlier name of {@link CapacityLimit}.
 *
 * @deprecated Use {@link CapacityLimit}.
 * @example
 * ```ts
 * const limit: SlotLimit = 'maxThreads'
 * ```
 */
export type SlotLimit = CapacityLimit

/**
 * The earlier name of {@link IsolatedRun}.
 *
 * @deprecated Use {@link IsolatedRun}.
 * @example
 * ```ts
 * export const scan = (_: object, run: FarRun): string => run.id
 * ```
 */
export type FarRun<Value = unknown> = IsolatedRun<Value>

/**
 * The earlier name of {@link ResilientStore}.
 *
 * @deprecated Use {@link ResilientStore}.
 * @example
 * ```ts
 * const store: GuardedStore = guardStore(createMemoryStore())
 * ```
 */
export type GuardedStore = ResilientStore

/**
 * The earlier name of {@link ResilientStoreOptions}.
 *
 * @deprecated Use {@link ResilientStoreOptions}.
 * @example
 * ```ts
 * const options: GuardOptions = { whenDown: 'buffer' }
 * ```
 */
export type GuardOptions = ResilientStoreOptions

/**
 * The earlier name of {@link StoreHealthListener}.
 *
 * @deprecated Use {@link StoreHealthListener}.
 * @example
 * ```ts
 * const listener: GuardListener = { onHealth: ({ state }) => console.warn(state) }
 * ```
 */
export type GuardListener = StoreHealthListener

/**
 * The earlier name of {@link resilientStore}.
 *
 * @deprecated Use {@link resilientStore}.
 * @example
 * ```ts
 * createApp({ store: guardStore(createJsonlStore('./runs.jsonl')) })
 * ```
 */
export const guardStore: typeof resilientStore = resilientStore

/**
 * The known names close to a misspelled one, nearest first.
 *
 * @deprecated A helper of Gantry's own interfaces, which a later version makes private.
 * @example
 * ```ts
 * near('reprot', ['report', 'import']) // [ 'report' ]
 * ```
 */
export const near: typeof namesNear = namesNear

/**
 * An error as plain data.
 *
 * @deprecated A helper of Gantry's own interfaces, which a later version makes private.
 * @example
 * ```ts
 * toErrorData(new TypeError('no')).name // 'TypeError'
 * ```
 */
export const toErrorData: typeof errorDataOf = errorDataOf

/**
 * A duration in ms.
 *
 * @deprecated A helper of Gantry's own interfaces, which a later version makes private. Luxon reads durations for programs.
 * @example
 * ```ts
 * toDurationMs('2 hours') // 7200000
 * ```
 */
export const toDurationMs: typeof msOf = msOf
