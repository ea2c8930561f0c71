/**
 * The one walk of unknown values: kinds, members, cycles and places.
 *
 * Unknown values contain anything: cycles, a million rows, getters that throw, proxies. Each use is a subclass with its
 * own limits and one handler per kind: a copy for records, a copy for inspectors, a check for other threads and
 * processes. The kind of a value, its cycles and the paths of its members are determined here.
 */
import { types } from 'node:util'

/** The key of a member; null for a value that stands for the object itself, such as the result of its `toJSON`. */
export type Key = string | number | null

/** An object and the objects above it. The text of the path is built only for a report. */
export interface Place {
  readonly value: object
  readonly key: Key
  readonly above: Place | null
  /** The number of objects above it. */
  readonly depth: number
}

/**
 * A walk that visits the members of an object in order and combines their results. Each handler returns the result for
 * its value, and may throw to end the walk.
 */
export abstract class ValueWalk<Result> {
  /** Handles a value without members: a primitive or a function. */
  protected abstract leaf(value: unknown, key: Key, above: Place | null): Result
  /** Handles an object that contains itself. */
  protected abstract circular(place: Place): Result
  protected abstract list(list: readonly unknown[], place: Place): Result
  /** Handles objects without a handler of their kind: plain objects, instances of classes, proxies. */
  protected abstract object(value: object, place: Place): Result

  protected map(map: ReadonlyMap<unknown, unknown>, place: Place): Result {
    return this.object(map, place)
  }

  protected set(set: ReadonlySet<unknown>, place: Place): Result {
    return this.object(set, place)
  }

  protected error(error: Error, place: Place): Result {
    return this.object(error, place)
  }

  /** Handles a view of memory: a typed array, a Buffer, a DataView. */
  protected view(view: ArrayBufferView, place: Place): Result {
    return this.object(view, place)
  }

  /** Handles an object before its kind is determined. */
  protected enter(place: Place): Result {
    return this.byKind(place)
  }

  visit(value: unknown, key: Key, above: Place | null): Result {
    if (typeof value !== 'object' || value === null) return this.leaf(value, key, above)
    const place = { value, key, above, depth: above === null ? 0 : above.depth + 1 }
    for (let each = above; each !== null; each = each.above)
      if (each.value === value) return this.circular(place)
    return this.enter(place)
  }

  /** Calls the handler for the kind of the object. */
  protected byKind(place: Place): Result {
    const { value } = place
    if (Array.isArray(value)) return this.list(value, place)
    // Of a plain object, no further question is needed. A proxy may throw here, and is an object like any other.
    if (isPlain(value)) return this.object(value, place)
    if (ArrayBuffer.isView(value)) return this.view(value, place)
    if (types.isMap(value)) return this.map(value, place)
    if (types.isSet(value)) return this.set(value, place)
    if (types.isNativeError(value)) return this.error(value, place)
    return this.object(value, place)
  }
}

/**
 * A walk that only checks: each object once, and without recursion, so that the depth of a value is limited by the
 * budget instead of the call stack.
 */
export abstract class ValueCheck extends ValueWalk<void> {
  readonly #seen = new Set<object>()
  readonly #pending: Place[] = []

  /** Visits the value and everything in it. */
  check(value: unknown, key: Key): void {
    this.visit(value, key, null)
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) this.enter(next)
  }

  override visit(value: unknown, key: Key, above: Place | null): void {
    if (typeof value !== 'object' || value === null) return this.leaf(value, key, above)
    if (this.#seen.has(value)) return
    this.#seen.add(value)
    this.#pending.push({ value, key, above, depth: above === null ? 0 : above.depth + 1 })
  }

  /** Never called: an object is visited once. */
  protected override circular(): void {}
}

/** True if the prototype is that of object literals, or there is none. */
function isPlain(value: object): boolean {
  try {
    const prototype = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null
  } catch {
    return false
  }
}

/** True if the object describes itself: JSON shows the result of its method `toJSON` instead. */
export function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

/** The name of the built-in class, or the one that the object claims: `Map`, `Object`. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** The keys on the path to a member, from the outermost one; at most the last `max`. */
export function keysTo(key: Key, above: Place | null, max: number): (string | number)[] {
  const keys = key === null ? [] : [key]
  for (let place = above; place !== null && keys.length < max; place = place.above)
    if (place.key !== null) keys.unshift(place.key)
  return keys
}
