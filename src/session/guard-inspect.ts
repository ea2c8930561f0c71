/**
 * The guard of inspection observers: foreign code, which must not harm the session by throwing or by sending events at once.
 */
import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { SessionOptions } from './api/session.ts'
import type { Reporter } from './reports/reporter.ts'

type Inspect = NonNullable<SessionOptions['inspect']>

/** Guards the observers of one session. */
export class Inspection {
  /** The number of observers that are being notified, nested. Events that they send meanwhile wait for the next turn. */
  depth = 0
  readonly #reporter: Reporter

  constructor(reporter: Reporter) {
    this.#reporter = reporter
  }

  /**
   * Wraps an observer in a function that never throws. After the first error, which is reported as a warning, the observer is not called
   * again. Events that it sends during a call wait for the next turn of the event loop.
   */
  guard(inspect: Inspect): (event: InspectionEvent) => void {
    const next = typeof inspect === 'function' ? inspect : inspect.next?.bind(inspect)
    let hasThrown = false
    return (event) => {
      // Each step of each actor emits several events: one warning is enough.
      if (hasThrown) return
      this.depth += 1
      try {
        next?.(event)
      } catch (error) {
        hasThrown = true
        this.#reporter.warn('inspect', 'The inspection observer threw; it is not called again.', { error })
      } finally {
        this.depth -= 1
      }
    }
  }

  /** Guards observers that are added later, with `actor.system.inspect`. */
  guardLate({ system }: AnyActorRef): void {
    const inspect = system.inspect.bind(system)
    system.inspect = (observer) => inspect(this.guard(observer as Inspect))
  }
}
