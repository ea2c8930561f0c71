/** Test of values for JSON: carried unchanged, or not. */
import { type Key, type Place, ValueWalk } from './walk.ts'

/** A value beyond these limits counts as one that JSON cannot carry. */
const maxDepth = 50
const maxMembers = 10_000

/** True if `JSON.parse(JSON.stringify(value))` is the same value. */
export function isJson(value: unknown): boolean {
  try {
    return new JsonCheck().visit(value, null, null)
  } catch {
    // A proxy that throws.
    return false
  }
}

class JsonCheck extends ValueWalk<boolean> {
  #left = maxMembers

  protected leaf(value: unknown): boolean {
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
    return value === null || typeof value === 'string' || typeof value === 'boolean'
  }

  protected circular(): boolean {
    return false
  }

  protected list(list: readonly unknown[], place: Place): boolean {
    if (place.depth >= maxDepth || Object.keys(list).length !== list.length) return false
    for (let i = 0; i < list.length; i++) if (!this.#isMember(list[i], i, place)) return false
    return true
  }

  protected object(value: object, place: Place): boolean {
    if (place.depth >= maxDepth || !isPlain(value)) return false
    for (const name of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, name)
      // A getter may return another value the next time; a `toJSON` member would replace the object.
      if (typeof name !== 'string' || property?.enumerable !== true || !('value' in property)) return false
      if (name === '__proto__' || name === 'toJSON') return false
      if (!this.#isMember(property.value, name, place)) return false
    }
    return true
  }

  #isMember(value: unknown, key: Key, above: Place): boolean {
    this.#left -= 1
    return this.#left >= 0 && this.visit(value, key, above)
  }
}

/** True for a plain object, of this realm or another. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
