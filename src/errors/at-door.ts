/** Entry checks of public functions: an error in an argument is reported at the caller's line. */
import { isGantryError } from './error-codes.ts'

const named = new WeakSet<Error>()

/**
 * Calls the implementation of a public function. If an argument is invalid, the stack of the error begins at the
 * caller's line, regardless of how deep the error was found, and the message states once what failed (`act`).
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

/** Wraps a function with {@link atDoor}. */
export function withDoor<F extends (...args: never[]) => unknown>(call: F): F {
  const door = (...args: never[]): unknown => atDoor(door, () => call(...args))
  return door as F
}

/** Wraps each method of a class whose instances are public. */
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

/** True for errors of the package about the type, value or text of an argument; internal errors keep their stack. */
function isOfWhatWasGiven(error: Error): boolean {
  const isOurs = /^(?:Cannot (?!(?:read|set) propert|access ')|Task ')/.test(error.message)
  return isOurs && (isGantryError(error) || ['TypeError', 'RangeError', 'SyntaxError'].includes(error.name))
}
