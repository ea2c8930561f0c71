/** Conditions as streams for code outside the session (`session.watch`). */
import type { Observable, Subscriber, Subscription } from 'rxjs'
import { watch } from '../../conditions/evaluate/watch.ts'
import type { WakeClock } from '../../conditions/facts.ts'
import { type ConditionNode, onEachNodes } from '../../conditions/node.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import { ConditionError } from '../../errors/errors.ts'
import { SafeStream } from '../events/safe-stream.ts'
import type { Core } from '../state/session-state.ts'
import { WatchedFacts } from './session-facts.ts'
import { sessionPredicates } from './session-predicates.ts'

/** Creates the streams of one session. */
export class ConditionStreams {
  readonly #core: Core
  readonly #clock: WakeClock

  constructor(core: Core, clock: WakeClock) {
    this.#core = core
    this.#clock = clock
  }

  /** A stream that is true while the condition holds. Throws a `TypeError` if `input` is not a condition or contains `onEach`. */
  watch(input: unknown): Observable<boolean> {
    const { node } = toCondition(input, this.#core.words)
    if (onEachNodes(node).length > 0)
      throw new TypeError(
        'Cannot watch a condition with onEach() as each of its values starts a run, and none holds. Subscribe to the stream itself',
      )
    const report = (error: unknown): void =>
      this.#core.warn('listener', "A subscriber of 'watch' threw.", { error })
    return new SafeStream(report, (subscriber) => {
      const watched = new Watched(this.#core, this.#clock, node, subscriber)
      return watched.begin()
    })
  }
}

/**
 * One subscription. It is suspended from the stop of the session to the next start, since a stopped session must have no timers and
 * no subscriptions.
 */
class Watched {
  #last: boolean | null = null
  #sleep: (() => void) | null = null

  constructor(
    readonly core: Core,
    readonly clock: WakeClock,
    readonly node: ConditionNode,
    readonly subscriber: Subscriber<boolean>,
  ) {}

  /** Emits the present value. Returns a function that ends the subscription. */
  begin(): () => void {
    const { news } = this.core
    const undoWake = news.on('session.started', () => this.#wake())
    const undoSleep = news.on('session.stopped', () => this.#sleep?.())
    this.#wake()
    if (this.core.state === 'stopped') this.#sleep?.()
    return () => {
      undoWake()
      undoSleep()
      this.#sleep?.()
    }
  }

  #wake(): void {
    if (this.#sleep !== null || this.subscriber.closed) return
    const { core } = this
    const held = core.heldTimes()
    const predicates = sessionPredicates(core, (error) => this.#failed(error))
    let subscription: Subscription | null = null
    this.#sleep = () => {
      this.#sleep = null
      subscription?.unsubscribe()
      predicates.close()
    }
    subscription = watch(
      this.node,
      () => new WatchedFacts(core, held, predicates),
      core.changes,
      this.clock,
      (cause) => this.#failed(new ConditionError('A watched condition failed.', {}, { cause })),
      held,
    ).subscribe((isTrue) => this.#tell(isTrue))
    // The first value may have ended the subscription.
    if (this.#sleep === null) subscription.unsubscribe()
  }

  #tell(isTrue: boolean): void {
    if (isTrue === this.#last) return
    this.#last = isTrue
    this.subscriber.next(isTrue)
  }

  #failed(error: unknown): void {
    this.core.fail('condition', error instanceof Error ? error.message : 'A watched condition failed.', {
      error,
    })
  }
}
