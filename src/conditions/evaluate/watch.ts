/** A condition as a stream: true and false, each time it changes, and no look more than is needed. */
import { Observable, type Subscriber } from 'rxjs'
import type { Changes, Facts, HeldNotes, WakeClock } from '../facts.ts'
import type { ConditionNode, HeldNode } from '../node.ts'
import { heldWakesAt, noteHeld, watchedHeldNodes } from './held.ts'
import { holds } from './holds.ts'
import { dependencies, wakesAt } from './wakes-at.ts'

/** A look that threw is tried again after so long, unless something it depends on changes before. */
const secondTryMs = 1000

/** A condition whose every look changes what it depends on must not take the loop: after so many it waits a moment. */
const looksInARow = 100

/**
 * Whether the condition holds: at once, and then each time it changes. It looks again when something it depends on
 * changes, or when time alone could have changed it; it never polls.
 *
 * It listens before it looks: a look can itself cause changes (a predicate that sets a param), and one that looked first
 * would lose them.
 *
 * A look that throws is told to `onError`; the condition counts as false until the next look, a second later at most.
 * Without `onError` nobody would hear of it, so then the stream ends with the error.
 *
 * What must hold for a while (`heldFor`) is watched within: each look writes to `notes` what of it holds, also where the rest
 * of the condition decides alone.
 */
export function watch(
  node: ConditionNode,
  look: () => Facts,
  changes: Changes,
  clock: WakeClock,
  onError?: (error: unknown) => void,
  notes?: HeldNotes,
): Observable<boolean> {
  return new Observable((subscriber) => {
    const watching = new Watch(node, look, changes, clock, subscriber, onError, notes)
    watching.start()
    return watching.stop
  })
}

class Watch {
  #last: boolean | null = null
  #undos: (() => void)[] = []
  #undoWake: (() => void) | null = null
  #isLooking = false
  #mustLookAgain = false
  readonly #held: readonly HeldNode[]

  constructor(
    readonly node: ConditionNode,
    readonly facts: () => Facts,
    readonly changes: Changes,
    readonly clock: WakeClock,
    readonly subscriber: Subscriber<boolean>,
    readonly onError: ((error: unknown) => void) | undefined,
    readonly notes: HeldNotes | undefined,
  ) {
    this.#held = notes === undefined ? [] : watchedHeldNodes(node)
  }

  start(): void {
    const owner = this.facts().task
    for (const dependency of dependencies(this.node, owner))
      this.#undos.push(this.changes.on(dependency, owner, this.look))
    this.look()
  }

  readonly look = (): void => {
    // A subscriber may unsubscribe within a look, or a change be told to those who listened when it came.
    if (this.subscriber.closed) return
    // A change that comes of the look itself is looked at after it, not within it.
    if (this.#isLooking) {
      this.#mustLookAgain = true
      return
    }
    this.#isLooking = true
    try {
      let looks = 0
      do {
        this.#mustLookAgain = false
        this.#lookOnce()
        looks += 1
      } while (this.#mustLookAgain && !this.subscriber.closed && looks < looksInARow)
      if (this.#mustLookAgain) this.#wakeAt(this.clock.now() + 1)
    } finally {
      this.#isLooking = false
      // Whoever unsubscribed within the first look had no teardown to call yet.
      if (this.subscriber.closed) this.stop()
    }
  }

  #lookOnce(): void {
    let isTrue = false
    let wakeAt: number
    try {
      const facts = this.facts()
      if (this.notes !== undefined) noteHeld(this.#held, this.notes, facts)
      isTrue = holds(this.node, facts)
      wakeAt = Math.min(wakesAt(this.node, facts), heldWakesAt(this.#held, facts))
    } catch (error) {
      // A condition that could not be evaluated counts as interrupted.
      for (const part of this.#held) this.notes?.saw(part, false)
      if (this.onError === undefined) {
        this.subscriber.error(error)
        return
      }
      isTrue = false
      wakeAt = this.clock.now() + secondTryMs
      this.onError(error)
    }
    this.#wakeAt(wakeAt)
    if (isTrue === this.#last) return
    this.#last = isTrue
    this.subscriber.next(isTrue)
  }

  #wakeAt(at: number): void {
    this.#undoWake?.()
    this.#undoWake = at === Number.POSITIVE_INFINITY ? null : this.clock.wakeAt(at, this.#wake)
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
