/**
 * An inspection observer is foreign code: an observer that throws, or that sends events at once, must never
 * harm the session.
 */
import type { InspectionEvent } from 'xstate'
import type { SessionOptions } from './api/session.ts'
import type { Core } from './state/session-state.ts'

type Inspect = NonNullable<SessionOptions['inspect']>

/**
 * The observer as a function that never throws; its first throw is a warning, and it is not told again. What it sends while
 * it is told waits for the next turn.
 */
export function guardInspect(core: Core, inspect: Inspect) {
  const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect)
  let hasThrown = false
  return (event: InspectionEvent): void => {
    // There are several such events for each step of each actor: once is enough.
    if (hasThrown) return
    core.inspecting += 1
    try {
      next?.(event)
    } catch (error) {
      hasThrown = true
      core.warn('inspect', 'The inspection observer threw; it is not told again.', { error })
    } finally {
      core.inspecting -= 1
    }
  }
}

/** Guards observers that are added later, by `actor.system.inspect`. */
export function guardLateInspectors(core: Core): void {
  const { system } = core.actor
  const inspect = system.inspect.bind(system)
  system.inspect = (observer) => inspect(guardInspect(core, observer as Inspect))
}
