/** Named pools: the maximum number of live runs of their tasks, and of starts in a period. */

import { showValue } from '../../errors/show-value.ts'
import type { PoolOptions } from '../api/session-options.ts'
import { toTimeout } from './durations.ts'
import { aCount, anything, checkKeys } from './validators.ts'

/** A pool with its limits as numbers. */
export interface PoolSetting {
  readonly limit: number
  /** The maximum number of starts in `perMs`; undefined: limited by capacity only. */
  readonly starts: number | undefined
  readonly perMs: number
}

/** Pools from the option of a session. Throws `TypeError` or `RangeError` for invalid limits. */
export function toPools(
  pools: Readonly<Record<string, number | PoolOptions>>,
): ReadonlyMap<string, PoolSetting> {
  return new Map(Object.entries(pools).map(([name, pool]) => [name, toPool(name, pool)]))
}

function toPool(name: string, pool: number | PoolOptions): PoolSetting {
  const what = `pools.${name}`
  if (typeof pool === 'number') {
    aCount(1)(pool, what)
    return { limit: pool, starts: undefined, perMs: 0 }
  }
  checkKeys(pool, { limit: aCount(1), rate: anything }, `the options of pool '${name}'`)
  const limit = pool.limit ?? Number.POSITIVE_INFINITY
  if (pool.rate === undefined) return { limit, starts: undefined, perMs: 0 }
  checkKeys(pool.rate, { starts: aCount(1), per: anything }, `the rate of pool '${name}'`)
  const { starts, per } = pool.rate
  aCount(1)(starts, `${what}.rate.starts`)
  const perMs = toTimeout(per, `${what}.rate.per`)
  if (!Number.isFinite(perMs))
    throw new RangeError(`Cannot set '${what}.rate.per' as it must be a duration: ${showValue(per)}`)
  return { limit, starts, perMs }
}
