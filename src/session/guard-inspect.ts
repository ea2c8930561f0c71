/**
 * The guard of inspection observers: foreign code, which must not harm the session by throwing or by sending events at once.
 */
import type { InspectionEvent } from 'xstate'
import type { SessionOptions } from './api/session.ts'
import type { Core } from './state/session-state.ts'

type Inspect = NonNullable<SessionOptions['inspect']>

/**
 * Wraps an observer in a function that never throws. After the first error, which is reported as a warning, the observer is not
 * called again. Events that it sends during a call wait for the next turn of the event loop.
 */
export function guardInspect(core: Core, inspect: Inspect) {
  const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect)
  let hasThrown = false
  return (event: InspectionEvent): void => {
    // Each step of each actor emits several events: one warning is enough.
    if (hasThrown) return
    core.inspecting += 1
    try {
      next?.(event)
    } catch (error) {
      hasThrown = true
      core.warn('inspect', 'The inspection observer threw; it is not called again.', { error })
    } finally {
      core.inspecting -= 1
    }
  }
}

/** Guards observers that are added later, with `actor.system.inspect`. */
export function guardLateInspectors(core: Core): void {
  const { system } = core.actor
  const inspect = system.inspect.bind(system)
  system.inspect = (observer) => inspect(guardInspect(core, observer as Inspect))
}
