/** Conditions that are also functions: `succeeded` is "this task ever succeeded", `succeeded('fetch')` asks of another. */
import { withDoor } from '../errors/at-door.ts'
import type { Condition } from './condition.ts'

/** The condition with a call of its own: everything the condition is, and a function besides. */
export function callable<C extends Condition, F extends (...args: never[]) => unknown>(
  condition: C,
  call: F,
): C & F {
  // The function takes the condition's data as its own and its class as prototype, so it is an instance of it.
  const target = withDoor((...args: never[]) => call(...args))
  Object.setPrototypeOf(target, Object.getPrototypeOf(condition))
  for (const key of Reflect.ownKeys(condition)) {
    const property = Object.getOwnPropertyDescriptor(condition, key)
    if (property !== undefined) Object.defineProperty(target, key, property)
  }
  return target as unknown as C & F
}
