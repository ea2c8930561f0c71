/** Named pools: how many runs of their tasks may live at once, and how many may start in a while. */

import { showValue } from '../../errors/show-value.ts'
import type { PoolOptions } from '../api/session-options.ts'
import { toTimeout } from './durations.ts'
import { aCount, anything, checkKeys } from './validators.ts'

/** A pool with its limits in numbers. */
export interface PoolSetting {
  readonly limit: number
  /** At most so many starts in `perMs`; undefined: as many as there are slots. */
  readonly starts: number | undefined
  readonly perMs: number
}

/** Pools from the option of a session; `TypeError` or `RangeError` for limits that cannot be meant. */
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
