/** A condition as a stream: true and false, each time it changes, and no look more than is needed. */
import { Observable, type Subscriber } from 'rxjs'
import type { Changes, Facts, WakeClock } from './facts.ts'
import { holds } from './holds.ts'
import type { ConditionNode } from './node.ts'
import { dependencies, wakesAt } from './wakes.ts'

/**
 * Whether the condition holds: at once, and then each time it changes. It looks again when something it depends on
 * changes, or when time alone could have changed it; it never polls.
 *
 * It listens before it looks: a look can itself cause changes (a predicate that sets a param), and one that looked first
 * would lose them. A look that throws ends the stream with the error.
 */
export function watch(
  node: ConditionNode,
  look: () => Facts,
  changes: Changes,
  clock: WakeClock,
): Observable<boolean> {
  return new Observable((subscriber) => new Watch(node, look, changes, clock, subscriber).stop)
}

class Watch {
  #last: boolean | null = null
  #undos: (() => void)[] = []
  #undoWake: (() => void) | null = null
  #isLooking = false
  #mustLookAgain = false

  constructor(
    readonly node: ConditionNode,
    readonly facts: () => Facts,
    changes: Changes,
    readonly clock: WakeClock,
    readonly subscriber: Subscriber<boolean>,
  ) {
    const owner = facts().task
    for (const dependency of dependencies(node, owner))
      this.#undos.push(changes.on(dependency, owner, this.look))
    this.look()
  }

  readonly look = (): void => {
    // A change that comes of the look itself is looked at after it, not within it.
    if (this.#isLooking) {
      this.#mustLookAgain = true
      return
    }
    this.#isLooking = true
    try {
      do {
        this.#mustLookAgain = false
        this.#lookOnce()
      } while (this.#mustLookAgain && !this.subscriber.closed)
    } catch (error) {
      this.stop()
      this.subscriber.error(error)
    } finally {
      this.#isLooking = false
    }
  }

  #lookOnce(): void {
    const facts = this.facts()
    const isTrue = holds(this.node, facts)
    const wakeAt = wakesAt(this.node, facts)
    this.#undoWake?.()
    this.#undoWake = wakeAt === Number.POSITIVE_INFINITY ? null : this.clock.wakeAt(wakeAt, this.#wake)
    if (isTrue === this.#last) return
    this.#last = isTrue
    this.subscriber.next(isTrue)
  }

  readonly #wake = (): void => {
    this.#undoWake = null
    this.look()
  }

  readonly stop = (): void => {
    this.#undoWake?.()
    this.#undoWake = null
    for (const undo of this.#undos) undo()
    this.#undos = []
  }
}
