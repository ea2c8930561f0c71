/** Whether work says that there was nothing to do. */
import { Inaction } from '../errors/errors.ts'

/** True of an {@link Inaction}. Never throws: a proxy may answer the question for its class with anything. */
export function isInaction(value: unknown): value is Inaction {
  try {
    return value instanceof Inaction
  } catch {
    return false
  }
}
