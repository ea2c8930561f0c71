/** Test of values for JSON: carried unchanged, or not. */

/** A value beyond these limits counts as one that JSON cannot carry. */
const maxDepth = 50
const maxMembers = 10_000

/** True if `JSON.parse(JSON.stringify(value))` is the same value. */
export function isJson(value: unknown): boolean {
  try {
    return isCarried(value, maxDepth, { left: maxMembers })
  } catch {
    // A proxy that throws.
    return false
  }
}

function isCarried(value: unknown, depth: number, members: { left: number }): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth === 0) return false
  if (Array.isArray(value)) {
    if (Object.keys(value).length !== value.length) return false
    for (const each of value) if (--members.left < 0 || !isCarried(each, depth - 1, members)) return false
    return true
  }
  const prototype = Object.getPrototypeOf(value)
  // A plain object, of this realm or another.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  for (const name of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, name)
    // A getter may return another value the next time; a `toJSON` member would replace the object.
    if (typeof name !== 'string' || property?.enumerable !== true || !('value' in property)) return false
    if (name === '__proto__' || name === 'toJSON') return false
    if (--members.left < 0 || !isCarried(property.value, depth - 1, members)) return false
  }
  return true
}
