/** Conditions as streams of true and false, evaluated only when their value can change. */
import { Observable, type Subscriber } from 'rxjs'
import type { Changes, Facts, HeldNotes, WakeClock } from '../facts.ts'
import type { ConditionNode, HeldNode } from '../node.ts'
import { heldWakesAt, noteHeld, watchedHeldNodes } from './held.ts'
import { holds } from './holds.ts'
import { dependencies, wakesAt } from './wakes-at.ts'

/** Delay until an evaluation that threw is retried, unless a dependency changes earlier. */
const retryMs = 1000

/**
 * Maximum number of evaluations in a row: a condition whose evaluation changes its own dependencies must not block the
 * event loop.
 */
const maxEvaluationsInARow = 100

/**
 * Emits the condition's value at once, and then each time it changes. The condition is evaluated when a dependency
 * changes, or when time alone could have changed its value; it is never polled.
 *
 * The watch subscribes to dependencies before the first evaluation, which can itself cause changes (a predicate that
 * sets a param).
 *
 * If an evaluation throws, `onError` receives the error, and the condition counts as false until the next evaluation,
 * at most a second later. Without `onError` the stream ends with the error.
 *
 * Parts with a duration (`heldFor`) are observed within the watch: each evaluation records in `notes` which of them
 * hold, even if the rest of the condition determines the result alone.
 */
export function watch(
  node: ConditionNode,
  factsNow: () => Facts,
  changes: Changes,
  clock: WakeClock,
  onError?: (error: unknown) => void,
  notes?: HeldNotes,
): Observable<boolean> {
  return new Observable((subscriber) => {
    const watching = new Watch(node, factsNow, changes, clock, subscriber, onError, notes)
    watching.start()
    return watching.stop
  })
}

class Watch {
  #last: boolean | null = null
  #undos: (() => void)[] = []
  #undoWake: (() => void) | null = null
  #isEvaluating = false
  #mustEvaluateAgain = false
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
      this.#undos.push(this.changes.on(dependency, owner, this.evaluate))
    this.evaluate()
  }

  readonly evaluate = (): void => {
    // A subscriber may unsubscribe during an evaluation, and a change may still be delivered to it.
    if (this.subscriber.closed) return
    // A change that the evaluation itself causes is evaluated after it, not within it.
    if (this.#isEvaluating) {
      this.#mustEvaluateAgain = true
      return
    }
    this.#isEvaluating = true
    try {
      let count = 0
      do {
        this.#mustEvaluateAgain = false
        this.#evaluateOnce()
        count += 1
      } while (this.#mustEvaluateAgain && !this.subscriber.closed && count < maxEvaluationsInARow)
      if (this.#mustEvaluateAgain) this.#wakeAt(this.clock.now() + 1)
    } finally {
      this.#isEvaluating = false
      // A subscriber that unsubscribed during the first evaluation had no teardown to call yet.
      if (this.subscriber.closed) this.stop()
    }
  }

  #evaluateOnce(): void {
    let isTrue = false
    let wakeAt: number
    try {
      const facts = this.facts()
      // Most conditions have no such parts, and every evaluation comes here.
      const hasHeld = this.#held.length > 0
      if (hasHeld && this.notes !== undefined) noteHeld(this.#held, this.notes, facts)
      isTrue = holds(this.node, facts)
      wakeAt = wakesAt(this.node, facts)
      if (hasHeld) wakeAt = Math.min(wakeAt, heldWakesAt(this.#held, facts))
    } catch (error) {
      // A condition that could not be evaluated counts as interrupted.
      for (const part of this.#held) this.notes?.saw(part, false)
      if (this.onError === undefined) {
        this.subscriber.error(error)
        return
      }
      isTrue = false
      wakeAt = this.clock.now() + retryMs
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
    this.evaluate()
  }

  readonly stop = (): void => {
    this.#undoWake?.()
    this.#undoWake = null
    for (const undo of this.#undos) undo()
    this.#undos = []
  }
}
