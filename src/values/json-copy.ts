/**
 * Copies of values for records, restricted to values that JSON preserves unchanged.
 *
 * The copy is a walk with a budget instead of `JSON.stringify`: a return of 100 MB must not block the event loop for a
 * second only to be found too large, and `JSON.stringify` silently turns a `Map` into `{}` and `NaN` into `null`.
 */
import { hasToJson, type Key, keysTo, type Place, tagOf, ValueWalk } from './walk.ts'

/** Default maximum size of a value in a record, in characters of JSON. */
export const maxValueSize = 65_536
const maxDepth = 64

/** A copy for the record, or the reason why there is none. */
export type JsonCopy =
  | { readonly kept: true; readonly value: unknown }
  | { readonly kept: false; readonly why: string }

/** Copies a value as JSON would preserve it, or returns the reason why that is impossible. Never throws. */
export function toJsonSafe(value: unknown, maxSize: number = maxValueSize): JsonCopy {
  try {
    // Most runs return nothing, or a number: they need no walk.
    if ((typeof value !== 'object' || value === null) && leafSize(value, null, null) <= maxSize)
      return { kept: true, value }
    return { kept: true, value: new JsonWalk(maxSize).visit(value, null, null) }
  } catch (problem) {
    if (problem instanceof TooLarge)
      return { kept: false, why: `${sizeOf(value)}, and maxValueSize is ${maxSize}` }
    if (problem instanceof NotKept) return { kept: false, why: problem.why }
    return { kept: false, why: 'reading it threw' }
  }
}

class NotKept {
  constructor(readonly why: string) {}
}

class TooLarge {}

class JsonWalk extends ValueWalk<unknown> {
  #left: number

  constructor(maxSize: number) {
    super()
    this.#left = maxSize
  }

  protected leaf(value: unknown, key: Key, above: Place | null): unknown {
    this.#spend(leafSize(value, key, above))
    return value
  }

  protected circular({ key, above }: Place): never {
    return refuse('a circular reference', key, above)
  }

  protected override enter(place: Place): unknown {
    if (place.depth >= maxDepth) throw new NotKept(`it is nested deeper than ${maxDepth}`)
    this.#spend(2)
    return this.byKind(place)
  }

  protected list(list: readonly unknown[], place: Place): unknown {
    // The length is sufficient: a list of ten million numbers is not walked up to the limit.
    if (list.length * 2 > this.#left) this.#spend(list.length * 2)
    return list.map((item, i) => this.visit(item, i, place) ?? null)
  }

  // A view of memory has a `toJSON` (Buffer) or a key for each byte; neither is useful in a log.
  protected override view(view: ArrayBufferView, { key, above }: Place): never {
    return refuse(`a ${tagOf(view)}`, key, above)
  }

  protected object(value: object, place: Place): unknown {
    const tag = tagOf(value)
    if (hasToJson(value)) return this.visit(value.toJSON(), null, place)
    if (tag !== 'Object') return refuse(`a ${tag}`, place.key, place.above)
    const made: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      const item = this.visit((value as Record<string, unknown>)[key], key, place)
      if (item === undefined) continue
      this.#spend(key.length + 4)
      // `__proto__` must remain a plain key.
      if (key === '__proto__')
        Object.defineProperty(made, key, {
          value: item,
          enumerable: true,
          writable: true,
          configurable: true,
        })
      else made[key] = item
    }
    return made
  }

  #spend(size: number): void {
    this.#left -= size
    if (this.#left < 0) throw new TooLarge()
  }
}

/** Number of values visited to determine the size of a value that is too large. */
const mostCounted = 50_000

/** The size of a value that is too large, as part of a sentence: exact, or a lower bound for a very large value. */
function sizeOf(value: unknown): string {
  const found = { size: 0, values: 0 }
  try {
    count(value, found, 0)
  } catch {
    // The size counted so far is reported.
  }
  const isAll = found.values < mostCounted
  return `it has ${isAll ? 'about' : 'more than'} ${found.size} characters of JSON`
}

function count(value: unknown, found: { size: number; values: number }, depth: number): void {
  if (++found.values >= mostCounted || depth > maxDepth) return
  if (typeof value === 'string') found.size += value.length + 2
  else if (typeof value !== 'object' || value === null) found.size += 8
  else if (Array.isArray(value))
    for (let i = 0; i < value.length && found.values < mostCounted; i++) {
      found.size += 1
      count(value[i], found, depth + 1)
    }
  // `Object.entries` would create a list of ten million entries before the first one is visited.
  else
    for (const key in value) {
      if (found.values >= mostCounted) return
      found.size += key.length + 4
      count((value as Record<string, unknown>)[key], found, depth + 1)
    }
}

/** The size of a value without members, which is its own copy. */
function leafSize(value: unknown, key: Key, above: Place | null): number {
  switch (typeof value) {
    case 'undefined':
    case 'object':
      return 0
    case 'string':
      return value.length + 2
    case 'number':
      return Number.isFinite(value) ? 8 : refuse(String(value), key, above)
    case 'boolean':
      return 5
    default:
      return refuse(`a ${typeof value}`, key, above)
  }
}

function refuse(what: string, key: Key, above: Place | null): never {
  const path = keysTo(key, above, maxDepth + 1)
    .map((each) => (typeof each === 'number' ? `[${each}]` : `.${each}`))
    .join('')
  const at = path === '' ? '' : ` at ${path.length > 80 ? `${path.slice(0, 79)}…` : path}`
  throw new NotKept(`${what}${at} is not JSON`)
}
