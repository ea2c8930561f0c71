/**
 * Copies of values for records, restricted to values that JSON preserves unchanged.
 *
 * The copy is a walk with a budget instead of `JSON.stringify`: a return of 100 MB must not block the event loop for a
 * second only to be found too large, and `JSON.stringify` silently turns a `Map` into `{}` and `NaN` into `null`.
 */

/** Default maximum size of a value in a record, in characters of JSON. */
export const maxValueSize = 65_536
const maxDepth = 64

/** A copy for the record, or the reason why there is none. */
export type JsonCopy =
  | { readonly kept: true; readonly value: unknown }
  | { readonly kept: false; readonly why: string }

/** Copies a value as JSON would preserve it, or returns the reason why that is impossible. Never throws. */
export function toJsonSafe(value: unknown, maxSize: number = maxValueSize): JsonCopy {
  const walk = { left: maxSize }
  try {
    return { kept: true, value: copy(value, walk, [], '') }
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

interface Walk {
  left: number
}

function copy(value: unknown, walk: Walk, above: object[], place: string): unknown {
  switch (typeof value) {
    case 'string':
      spend(walk, value.length + 2)
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new NotKept(`${value}${at(place)} is not JSON`)
      spend(walk, 8)
      return value
    case 'boolean':
      spend(walk, 5)
      return value
    case 'undefined':
      return undefined
    case 'object':
      return value === null ? null : copyObject(value, walk, above, place)
    default:
      throw new NotKept(`a ${typeof value}${at(place)} is not JSON`)
  }
}

function copyObject(value: object, walk: Walk, above: object[], place: string): unknown {
  if (above.includes(value)) throw new NotKept(`a circular reference${at(place)} is not JSON`)
  if (above.length >= maxDepth) throw new NotKept(`it is nested deeper than ${maxDepth}`)
  spend(walk, 2)
  above.push(value)
  const made = copyInside(value, walk, above, place)
  above.pop()
  return made
}

function copyInside(value: object, walk: Walk, above: object[], place: string): unknown {
  if (Array.isArray(value)) {
    // The length is sufficient: a list of ten million numbers is not walked up to the limit.
    if (value.length * 2 > walk.left) spend(walk, value.length * 2)
    return value.map((item, i) => copy(item, walk, above, `${place}[${i}]`) ?? null)
  }
  const tag = Object.prototype.toString.call(value)
  // A view on memory has a `toJSON` (Buffer) or a key for each byte; neither is useful in a log.
  if (ArrayBuffer.isView(value)) throw new NotKept(`a ${tag.slice(8, -1)}${at(place)} is not JSON`)
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), walk, above, place)
  if (tag !== '[object Object]') throw new NotKept(`a ${tag.slice(8, -1)}${at(place)} is not JSON`)
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const item = copy((value as Record<string, unknown>)[key], walk, above, `${place}.${key}`)
    if (item === undefined) continue
    spend(walk, key.length + 4)
    // `__proto__` must remain a plain key.
    if (key === '__proto__')
      Object.defineProperty(made, key, { value: item, enumerable: true, writable: true, configurable: true })
    else made[key] = item
  }
  return made
}

function spend(walk: Walk, size: number): void {
  walk.left -= size
  if (walk.left < 0) throw new TooLarge()
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

function at(place: string): string {
  return place === '' ? '' : ` at ${place.length > 80 ? `${place.slice(0, 79)}…` : place}`
}
