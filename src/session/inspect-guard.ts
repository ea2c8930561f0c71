/** An inspection observer is foreign code: one that throws must never take the session down. */
import type { InspectionEvent } from 'xstate'
import type { SessionOptions } from './contract.ts'
import type { Core } from './core.ts'

/** The observer as a function that never throws; its first throw is a warning, and it is not told again. */
export function guardInspect(core: Core, inspect: NonNullable<SessionOptions['inspect']>) {
  const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect)
  let hasThrown = false
  return (event: InspectionEvent): void => {
    // There are several such events for each step of each actor: once is enough.
    if (hasThrown) return
    try {
      next?.(event)
    } catch (error) {
      hasThrown = true
      core.warn('inspect', 'The inspection observer threw; it is not told again.', { error })
    }
  }
}
