/** From the `store` option to a store. */
import { didYouMeanNearest } from '../errors/suggest.ts'
import type { Store } from './store.ts'
import type { LogProblem } from './store-problem.ts'
import { createCsvStore } from './stores/formats/csv.ts'
import { createJsonlStore } from './stores/formats/jsonl.ts'
import { createMemoryStore } from './stores/memory.ts'
import { createSqliteStore } from './stores/sqlite/sqlite-store.ts'

/**
 * Where a run log lives: `'memory'`, `'jsonl:./runs.jsonl'`, `'csv:./runs.csv'`, `'sqlite:./gantry.db'`, a store, or a
 * function (async, too) that gives one.
 */
export type StoreOption = string | Store | (() => StoreOption | Promise<StoreOption>)

/** What stores of our own are made with. */
export interface StoreContext {
  /** Told of what a store had to mend: a torn line, a bad line. Never silent. */
  readonly onProblem?: (problem: LogProblem) => void
}

/** The store that an option means. A promise only if a function of the option is asynchronous. */
export function resolveStore(
  option: StoreOption = 'memory',
  context: StoreContext = {},
): Store | Promise<Store> {
  if (typeof option === 'string') return storeNamed(option, context)
  if (typeof option === 'function') {
    // A function that forgets to return its store must not have its log in memory, to be lost with the process.
    const take = (made: StoreOption | null = null) => resolveStore(made as StoreOption, context)
    const made = option()
    return made instanceof Promise ? made.then(take) : take(made)
  }
  if (isStore(option)) return option
  throw new TypeError(`Cannot use the store as it must be ${rule}: ${String(option)}`)
}

const rule =
  "'memory', 'jsonl:./runs.jsonl', 'csv:./runs.csv', 'sqlite:./gantry.db', a store with load, append, query, notes, prune and close, or a function that gives one"
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
