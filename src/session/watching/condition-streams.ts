/** Conditions as streams for code outside the session (`session.watch`). */
import type { Observable, Subscriber, Subscription } from 'rxjs'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import { watch } from '../../conditions/evaluate/watch.ts'
import type { WakeClock } from '../../conditions/facts.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import { type ConditionNode, onEachNodes } from '../../conditions/node.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import { ConditionError } from '../../errors/errors.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import { SafeStream } from '../events/safe-stream.ts'
import { type FactSources, SessionFacts } from './session-facts.ts'
import { type PredicateDeps, sessionPredicates } from './session-predicates.ts'

export interface ConditionStreamDeps extends FactSources, PredicateDeps {
  readonly words: Vocabulary
  readonly sessionActor: SessionActor
  readonly wakeClock: WakeClock
}

/** Creates the streams of one session. */
export class ConditionStreams {
  readonly #deps: ConditionStreamDeps

  constructor(deps: ConditionStreamDeps) {
    this.#deps = deps
  }

  /** A stream that is true while the condition holds. Throws a `TypeError` if `input` is not a condition or contains `onEach`. */
  watch(input: unknown): Observable<boolean> {
    const { node } = toCondition(input, this.#deps.words, this.#deps.clock)
    if (onEachNodes(node).length > 0)
      throw new TypeError(
        'Cannot watch a condition with onEach() as each of its values starts a run, and none holds. Subscribe to the stream itself',
      )
    const report = (error: unknown): void =>
      this.#deps.reporter.warn('listener', "A subscriber of 'watch' threw.", { error })
    return new SafeStream(report, (subscriber) => {
      const watched = new Watched(this.#deps, node, subscriber)
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
    readonly deps: ConditionStreamDeps,
    readonly node: ConditionNode,
    readonly subscriber: Subscriber<boolean>,
  ) {}

  /** Emits the current value. Returns a function that ends the subscription. */
  begin(): () => void {
    const { reporter, sessionActor } = this.deps
    const { news } = reporter
    const undoWake = news.on('session.started', () => this.#wake())
    const undoSleep = news.on('session.stopped', () => this.#sleep?.())
    this.#wake()
    if (sessionActor.state === 'stopped') this.#sleep?.()
    return () => {
      undoWake()
      undoSleep()
      this.#sleep?.()
    }
  }

  #wake(): void {
    if (this.#sleep !== null || this.subscriber.closed) return
    const { deps } = this
    const held = new HeldTimes(deps.clock)
    const predicates = sessionPredicates(deps, (error) => this.#failed(error))
    let subscription: Subscription | null = null
    this.#sleep = () => {
      this.#sleep = null
      subscription?.unsubscribe()
      predicates.close()
    }
    subscription = watch(
      this.node,
      () => new SessionFacts(deps, predicates, held, null),
      deps.changes,
      deps.wakeClock,
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
    this.deps.reporter.fail(
      'condition',
      error instanceof Error ? error.message : 'A watched condition failed.',
      {
        error,
      },
    )
  }
}
