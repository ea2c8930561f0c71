/** Detection of the outcome `inaction`: work reports that there was nothing to do. */
import { Inaction } from '../errors/errors.ts'

/** True for an {@link Inaction}. Never throws: a proxy may throw when its class is read. */
export function isInaction(value: unknown): value is Inaction {
  try {
    return value instanceof Inaction
  } catch {
    return false
  }
}
