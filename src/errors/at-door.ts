/** Entry checks of public functions: an error in an argument is reported at the caller's line. */
import { isGantryError } from './errors.ts'

const named = new WeakSet<Error>()

/**
 * Calls what a public function does. A problem with what it was given is its caller's: the stack begins at the caller's line,
 * however deep it was found, and the message says what could not be done (`act`), once.
 */
export function atDoor<T>(door: (...args: never[]) => unknown, call: () => T, act?: string): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && isOfWhatWasGiven(error)) {
      if (act !== undefined && !named.has(error)) {
        named.add(error)
        if (!error.message.startsWith(act)) error.message = `${act}: ${error.message}`
      }
      Error.captureStackTrace(error, door)
    }
    throw error
  }
}

/** The function with a door of its own. */
export function withDoor<F extends (...args: never[]) => unknown>(call: F): F {
  const door = (...args: never[]): unknown => atDoor(door, () => call(...args))
  return door as F
}

/** Gives each method of a class whose instances are public a door of its own. */
export function openDoors(of: { readonly prototype: object }): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of.prototype))) {
    if (typeof value !== 'function' || name === 'constructor') continue
    const door = function (this: unknown, ...args: unknown[]): unknown {
      return atDoor(door, () => value.apply(this, args))
    }
    Object.defineProperty(of.prototype, name, {
      value: Object.defineProperty(door, 'name', { value: name }),
      writable: true,
      configurable: true,
    })
  }
}

/** Errors of ours about a shape, a value or a text; those of a slip within keep the place where it happened. */
function isOfWhatWasGiven(error: Error): boolean {
  const isOurs = /^(?:Cannot (?!(?:read|set) propert|access ')|Task ')/.test(error.message)
  return isOurs && (isGantryError(error) || ['TypeError', 'RangeError', 'SyntaxError'].includes(error.name))
}
