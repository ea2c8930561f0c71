/** The missing value that an arg asks for. */
import { ArgError } from '../errors/errors.ts'

/** What is missing, and what may be done, in words that any message can take up. */
export interface Lack {
  /** `environment variable 'STAGE' must be set: it is not`. */
  readonly rule: string
  /** `Set it`. */
  readonly remedy?: string
}

const lacks = new WeakMap<object, Lack>()

/** The error of a built-in arg that finds nothing. */
export function missing(act: string, lack: Lack): ArgError {
  const error = new ArgError(`Cannot ${act} as ${lack.rule}.`, 'missing')
  lacks.set(error, lack)
  return error
}

/** The missing value behind an error of a built-in arg; undefined for other errors. */
export function lackOf(error: unknown): Lack | undefined {
  return typeof error === 'object' && error !== null ? lacks.get(error) : undefined
}
