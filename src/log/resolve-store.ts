/** Resolution of the `store` option to a store. */
import { didYouMeanNearest } from '../errors/suggest.ts'
import { chain } from '../values/promise.ts'
import type { Store } from './store.ts'
import type { LogProblem } from './store-problem.ts'
import { createCsvStore } from './stores/formats/csv.ts'
import { createJsonlStore } from './stores/formats/jsonl.ts'
import { createMemoryStore } from './stores/memory.ts'
import { createSqliteStore } from './stores/sqlite/sqlite-store.ts'

/**
 * The store of a run log: `'memory'`, `'jsonl:./runs.jsonl'`, `'csv:./runs.csv'`, `'sqlite:./gantry.db'`, a store, or a
 * function (also async) that returns one of these.
 */
export type StoreOption = string | Store | (() => StoreOption | Promise<StoreOption>)

/** The context in which built-in stores are created. */
export interface StoreContext {
  /** Receives problems that a store found or repaired, such as a torn or a damaged line. Default: a process warning. */
  readonly onProblem?: (problem: LogProblem) => void
}

/** Resolves the option. Returns a promise only if a function of the option is asynchronous. */
export function resolveStore(
  option: StoreOption = 'memory',
  context: StoreContext = {},
): Store | Promise<Store> {
  if (typeof option === 'string') return storeNamed(option, context)
  if (typeof option === 'function') {
    // A function that returns nothing by mistake must not get an in-memory log, which is lost with the process.
    const take = (made: StoreOption | null = null) => resolveStore(made as StoreOption, context)
    return chain(option(), take)
  }
  if (isStore(option)) return option
  throw new TypeError(`Cannot use the store as it must be ${rule}: ${String(option)}`)
}

const rule =
  "'memory', 'jsonl:./runs.jsonl', 'csv:./runs.csv', 'sqlite:./gantry.db', a store with load, append, query, notes, prune and close, or a function that returns one"
const methods = ['load', 'append', 'query', 'notes', 'prune', 'close'] as const

function storeNamed(name: string, context: StoreContext): Store {
  if (name === 'memory') return createMemoryStore()
  const kind = name.split(':', 1)[0]!
  const path = name.slice(kind.length + 1)
  if (kind === 'jsonl' && path !== '') return createJsonlStore(path, context)
  if (kind === 'csv' && path !== '') return createCsvStore(path, context)
  if (kind === 'sqlite' && path !== '') return createSqliteStore(path, context)
  const hint = didYouMeanNearest(kind, ['memory', 'jsonl', 'csv', 'sqlite'])
  throw new RangeError(`Cannot use the store as it must be ${rule}: '${name}'.${hint}`)
}

function isStore(value: unknown): value is Store {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof (value as Store)[method] === 'function')
  )
}
