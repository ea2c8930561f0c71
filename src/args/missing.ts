/** What an arg asks for and is not there. */
import { ArgError } from '../errors.ts'

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

/** What the error of a built-in arg lacks; undefined for errors of others. */
export function lackOf(error: unknown): Lack | undefined {
  return typeof error === 'object' && error !== null ? lacks.get(error) : undefined
}
