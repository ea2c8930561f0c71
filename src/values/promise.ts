/**
 * A test for promises of all libraries: values with a method `then`, as `await` takes them.
 *
 * Values of Gantry's own functions are promises or plain, and `instanceof Promise` tells them apart: an object of
 * params may have a key `then`.
 */

/** True if `await` would wait for the value. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}

/** A promise of the language for a promise of any library; undefined for anything else. */
export function toPromise<T>(value: T | PromiseLike<T>): Promise<T> | undefined {
  if (value instanceof Promise) return value
  return isPromise(value) ? Promise.resolve(value as PromiseLike<T>) : undefined
}

/** Calls `next` with the value at once, or with what a promise of any library resolves to. */
export function chain<T, R>(value: T | PromiseLike<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return toPromise(value)?.then(next) ?? next(value as T)
}
