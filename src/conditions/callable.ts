/**
 * Conditions that are also functions: `succeeded` is "this task has ever succeeded", `succeeded('fetch')` refers to
 * another task.
 */
import { withDoor } from '../errors/at-door.ts'
import type { Condition } from './condition.ts'

/** Makes a condition callable. The result is the condition and a function. */
export function callable<C extends Condition, F extends (...args: never[]) => unknown>(
  condition: C,
  call: F,
): C & F {
  // The function gets the condition's data as own properties and its class as prototype, so it is an instance of the
  // class.
  const target = withDoor((...args: never[]) => call(...args))
  Object.setPrototypeOf(target, Object.getPrototypeOf(condition))
  for (const key of Reflect.ownKeys(condition)) {
    const property = Object.getOwnPropertyDescriptor(condition, key)
    if (property !== undefined) Object.defineProperty(target, key, property)
  }
  return target as unknown as C & F
}
