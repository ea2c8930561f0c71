/** The lines of tasks that wait for capacity: one per kind of capacity, by priority, then in the order in which the tasks came. */
import type { TaskEntry } from '../state/task-state.ts'

/** The position of a task. The priority is that by which it was placed. */
interface Place {
  readonly key: string
  readonly priority: number
  readonly arrival: number
}

/**
 * A task waits in at most one line, and only ready tasks count. Lines are sorted arrays: with tens of thousands of waiting tasks, reading
 * the first ones takes constant time, and a search finds the place of any other.
 */
export class WaitingLines {
  readonly #lines = new Map<string, TaskEntry[]>()
  readonly #places = new Map<TaskEntry, Place>()
  #arrivals = 0

  /** The capacities for which tasks wait. */
  get keys(): IterableIterator<string> {
    return this.#lines.keys()
  }

  has(key: string): boolean {
    return this.#lines.has(key)
  }

  /** The capacity for which the task waits; undefined if it does not. */
  keyOf(entry: TaskEntry): string | undefined {
    return this.#places.get(entry)?.key
  }

  /** Adds a task to a line. A task that waits there already keeps its position; one that waits in another line leaves that. */
  join(entry: TaskEntry, key: string): void {
    if (this.keyOf(entry) === key) return
    this.leave(entry)
    this.#insert(entry, { key, priority: entry.priority, arrival: this.#arrivals++ })
  }

  /** Removes a task from its line. */
  leave(entry: TaskEntry): void {
    const place = this.#places.get(entry)
    if (place === undefined) return
    const line = this.#lines.get(place.key)!
    line.splice(this.#indexIn(line, place), 1)
    this.#places.delete(entry)
    if (line.length === 0) this.#lines.delete(place.key)
  }

  /** Moves a task to the position of its present priority. */
  reorder(entry: TaskEntry): void {
    const place = this.#places.get(entry)
    if (place === undefined || place.priority === entry.priority) return
    this.leave(entry)
    this.#insert(entry, { ...place, priority: entry.priority })
  }

  /** The first ready tasks of a line, at most `most`. Tasks before them that are no longer ready leave the line. */
  first(key: string, most: number): TaskEntry[] {
    const first: TaskEntry[] = []
    const gone: TaskEntry[] = []
    for (const entry of this.#lines.get(key) ?? []) {
      if (first.length >= most) break
      ;(entry.isReady ? first : gone).push(entry)
    }
    for (const entry of gone) this.leave(entry)
    return first
  }

  /** The ready tasks ahead of a task, at most `most`. A task that does not wait in the line would come after its priority. */
  ahead(key: string, entry: TaskEntry, most: number): TaskEntry[] {
    const own = this.#places.get(entry)
    const place =
      own?.key === key ? own : { key, priority: entry.priority, arrival: Number.POSITIVE_INFINITY }
    const ahead: TaskEntry[] = []
    for (const other of this.#lines.get(key) ?? []) {
      if (ahead.length >= most || !isBefore(this.#places.get(other)!, place)) break
      if (other.isReady) ahead.push(other)
    }
    return ahead
  }

  /** A copy of the lines, in order. */
  copy(): ReadonlyMap<string, readonly TaskEntry[]> {
    return new Map([...this.#lines].map(([key, line]) => [key, [...line]]))
  }

  clear(): void {
    this.#lines.clear()
    this.#places.clear()
  }

  #insert(entry: TaskEntry, place: Place): void {
    let line = this.#lines.get(place.key)
    if (line === undefined) this.#lines.set(place.key, (line = []))
    line.splice(this.#indexIn(line, place), 0, entry)
    this.#places.set(entry, place)
  }

  /** The index of a place in its line, or that at which to insert it. */
  #indexIn(line: readonly TaskEntry[], place: Place): number {
    let low = 0
    let high = line.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBefore(this.#places.get(line[middle]!)!, place)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isBefore(a: Place, b: Place): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.arrival < b.arrival)
}
