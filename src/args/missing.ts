/** Errors of args whose value is missing. */
import { ArgError } from '../errors/errors.ts'

/** The missing value and its remedy, as text for any message. */
export interface Lack {
  /** `environment variable 'STAGE' must be set: it is not`. */
  readonly rule: string
  /** `Set it`. */
  readonly remedy?: string
}

const lacks = new WeakMap<object, Lack>()

/** Creates the error of a built-in arg without a value. */
export function missing(act: string, lack: Lack): ArgError {
  const error = new ArgError(`Cannot ${act} as ${lack.rule}.`, 'missing')
  lacks.set(error, lack)
  return error
}

/** The missing value behind an error of a built-in arg; undefined for other errors. */
export function lackOf(error: unknown): Lack | undefined {
  return typeof error === 'object' && error !== null ? lacks.get(error) : undefined
}
