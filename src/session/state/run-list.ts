/** The queued or the live runs of a task, in order. Look-ups and removals take constant time, however many there are. */

/** A run that a list can find. */
export interface Listed {
  readonly runId: string
}

/** Up to this number of runs a scan is faster than an index, and takes less memory. */
const few = 8

interface Place {
  readonly at: number
  readonly runId: string
  readonly key: string | undefined
}

/** The index of a long list. The id and the key of a run are those that it had when it was added. */
interface Index<T> {
  readonly places: Map<T, Place>
  readonly byId: Map<string, T[]>
  readonly byKey: Map<string, T[]>
}

export class RunList<T extends Listed> {
  readonly #keyOf: (run: T) => string | undefined
  /** Removed runs of an indexed list leave holes. */
  #items: (T | undefined)[] = []
  /** Everything before this place is a hole. */
  #head = 0
  #length = 0
  #index: Index<T> | null = null

  /** @param keyOf - The idempotency key of a run. */
  constructor(keyOf: (run: T) => string | undefined) {
    this.#keyOf = keyOf
  }

  get length(): number {
    return this.#length
  }

  /** The oldest run. */
  get first(): T | undefined {
    while (this.#head < this.#items.length && this.#items[this.#head] === undefined) this.#head += 1
    return this.#items[this.#head]
  }

  push(run: T): void {
    this.#items.push(run)
    this.#length += 1
    if (this.#index !== null) this.#enter(this.#index, run, this.#items.length - 1)
    else if (this.#length > few) this.#arrange([...this])
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
      this.#length -= 1
      return true
    }
    const place = index.places.get(run)
    if (place === undefined) return false
    index.places.delete(run)
    leave(index.byId, place.runId, run)
    if (place.key !== undefined) leave(index.byKey, place.key, run)
    this.#items[place.at] = undefined
    this.#length -= 1
    // More holes than runs: the cost is spread over the removals that made them.
    if (this.#items.length > 2 * this.#length + few) this.#arrange([...this])
    return true
  }

  /** Takes all runs out. */
  clear(): T[] {
    const all = [...this]
    this.#arrange([])
    return all
  }

  has(run: T): boolean {
    return this.#index === null ? this.#items.includes(run) : this.#index.places.has(run)
  }

  /** The oldest run with this id. */
  withId(runId: string): T | undefined {
    if (this.#index === null) return this.find((run) => run.runId === runId)
    return this.#index.byId.get(runId)?.[0]
  }

  /** All runs with this id: the function `runId` of a task may repeat itself. */
  allWithId(runId: string): readonly T[] {
    if (this.#index === null) return [...this].filter((run) => run.runId === runId)
    return [...(this.#index.byId.get(runId) ?? [])]
  }

  /** The oldest run with this key. */
  withKey(key: string): T | undefined {
    if (this.#index === null) return this.find((run) => this.#keyOf(run) === key)
    return this.#index.byKey.get(key)?.[0]
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
    for (let at = this.#head; at < this.#items.length; at++) {
      const run = this.#items[at]
      if (run !== undefined) yield run
    }
  }

  /** Makes the list contain these runs, with an index if they are many. */
  #arrange(runs: T[]): void {
    this.#items = runs
    this.#head = 0
    this.#length = runs.length
    this.#index = null
    if (runs.length <= few) return
    const index: Index<T> = { places: new Map(), byId: new Map(), byKey: new Map() }
    for (const [at, run] of runs.entries()) this.#enter(index, run, at)
    this.#index = index
  }

  #enter({ places, byId, byKey }: Index<T>, run: T, at: number): void {
    const { runId } = run
    const key = this.#keyOf(run)
    places.set(run, { at, runId, key })
    enter(byId, runId, run)
    if (key !== undefined) enter(byKey, key, run)
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
