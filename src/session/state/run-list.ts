/** The queued or the live runs of a task, in order. Look-ups and removals take constant time, however many there are. */

/** A run that a list can find by its id, and by its idempotency key if it has one. */
export interface Listed {
  readonly runId: string
  readonly key: string | undefined
}

/** Up to this number of runs a scan is faster than an index, and takes less memory. */
const few = 8

interface Place extends Listed {
  readonly at: number
}

/** The index of a long list. The id and the key of a run are those that it had when it was added. */
class Index<T extends Listed> {
  readonly #places = new Map<T, Place>()
  readonly #byId = new Map<string, T[]>()
  readonly #byKey = new Map<string, T[]>()
  /** Everything before this place is a hole. */
  #head = 0

  get size(): number {
    return this.#places.size
  }

  add(run: T, at: number): void {
    const { runId, key } = run
    this.#places.set(run, { at, runId, key })
    enter(this.#byId, runId, run)
    if (key !== undefined) enter(this.#byKey, key, run)
  }

  /** Returns the place of the run that was removed; undefined if it is not in the list. */
  remove(run: T): number | undefined {
    const place = this.#places.get(run)
    if (place === undefined) return undefined
    this.#places.delete(run)
    leave(this.#byId, place.runId, run)
    if (place.key !== undefined) leave(this.#byKey, place.key, run)
    return place.at
  }

  has(run: T): boolean {
    return this.#places.has(run)
  }

  withId(runId: string): readonly T[] {
    return this.#byId.get(runId) ?? []
  }

  withKey(key: string): T | undefined {
    return this.#byKey.get(key)?.[0]
  }

  /** The first place of the items that is not a hole. */
  headOf(items: readonly (T | undefined)[]): number {
    while (this.#head < items.length && items[this.#head] === undefined) this.#head += 1
    return this.#head
  }
}

export class RunList<T extends Listed> {
  /** Removed runs of an indexed list leave holes. */
  #items: (T | undefined)[] = []
  #index: Index<T> | null = null

  get length(): number {
    return this.#index === null ? this.#items.length : this.#index.size
  }

  /** The oldest run. */
  get first(): T | undefined {
    return this.#items[this.#index?.headOf(this.#items) ?? 0]
  }

  /** The second-oldest run. */
  get second(): T | undefined {
    let n = 0
    for (const run of this) if (n++ === 1) return run
    return undefined
  }

  push(run: T): void {
    this.#items.push(run)
    if (this.#index !== null) this.#index.add(run, this.#items.length - 1)
    else if (this.#items.length > few) this.#arrange([...this])
  }

  /** Adds a run before all others. */
  unshift(run: T): void {
    this.#arrange([run, ...this])
  }

  /** Takes the oldest run out. */
  shift(): T | undefined {
    const { first } = this
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Takes a run out; false if it is not in the list. */
  remove(run: T): boolean {
    const index = this.#index
    if (index === null) {
      const at = this.#items.indexOf(run)
      if (at < 0) return false
      this.#items.splice(at, 1)
      return true
    }
    const at = index.remove(run)
    if (at === undefined) return false
    this.#items[at] = undefined
    // More holes than runs: the cost is spread over the removals that made them.
    if (this.#items.length > 2 * this.length + few) this.#arrange([...this])
    return true
  }

  /** Takes all runs out. */
  clear(): T[] {
    const all = [...this]
    this.#arrange([])
    return all
  }

  has(run: T): boolean {
    return this.#index === null ? this.#items.includes(run) : this.#index.has(run)
  }

  /** The oldest run with this id. */
  withId(runId: string): T | undefined {
    if (this.#index === null) return this.find((run) => run.runId === runId)
    return this.#index.withId(runId)[0]
  }

  /** All runs with this id: the function `runId` of a task may repeat itself. */
  allWithId(runId: string): readonly T[] {
    if (this.#index === null) return [...this].filter((run) => run.runId === runId)
    return [...this.#index.withId(runId)]
  }

  /** The oldest run with this key. */
  withKey(key: string): T | undefined {
    if (this.#index === null) return this.find((run) => run.key === key)
    return this.#index.withKey(key)
  }

  find(test: (run: T) => boolean): T | undefined {
    for (const run of this) if (test(run)) return run
    return undefined
  }

  some(test: (run: T) => boolean): boolean {
    return this.find(test) !== undefined
  }

  map<V>(convert: (run: T) => V): V[] {
    return [...this].map(convert)
  }

  flatMap<V>(convert: (run: T) => V | readonly V[]): V[] {
    return [...this].flatMap(convert)
  }

  *[Symbol.iterator](): Generator<T, undefined> {
    for (let at = this.#index?.headOf(this.#items) ?? 0; at < this.#items.length; at++) {
      const run = this.#items[at]
      if (run !== undefined) yield run
    }
  }

  /** Makes the list contain these runs, with an index if they are many. */
  #arrange(runs: T[]): void {
    this.#items = runs
    this.#index = null
    if (runs.length <= few) return
    const index = new Index<T>()
    for (const [at, run] of runs.entries()) index.add(run, at)
    this.#index = index
  }
}

function enter<T>(index: Map<string, T[]>, name: string, run: T): void {
  const known = index.get(name)
  if (known === undefined) index.set(name, [run])
  else known.push(run)
}

function leave<T>(index: Map<string, T[]>, name: string, run: T): void {
  const known = index.get(name)
  if (known === undefined) return
  if (known.length === 1) index.delete(name)
  else known.splice(known.indexOf(run), 1)
}
