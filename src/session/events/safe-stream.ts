/**
 * An Observable for code outside the session, whose subscribers may throw.
 *
 * RxJS rethrows errors of subscribers from a timer, where nothing can catch them: one mistake in a dashboard would end the process
 * with all its tasks. A `SafeStream` reports them instead, also after the operators of its `pipe`.
 */
import { Observable, type Observer, Subscriber, type Subscription, type TeardownLogic } from 'rxjs'

/** Reports an error of a subscriber. */
export type OnThrow = (error: unknown) => void

/** An Observable that reports the errors of its subscribers. Chains that begin with another source behave as usual in RxJS. */
export class SafeStream<T> extends Observable<T> {
  readonly #onThrow: OnThrow

  constructor(onThrow: OnThrow, subscribe: (subscriber: Subscriber<T>) => TeardownLogic) {
    super(subscribe)
    this.#onThrow = onThrow
  }

  // The result of a chain of operators is a plain Observable; it is wrapped, so that its subscribers are safe as well.
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of RxJS define the types.
  override pipe(...operators: any[]): any {
    const end: unknown = super.pipe(...(operators as []))
    if (!(end instanceof Observable) || end instanceof SafeStream) return end
    return new SafeStream(this.#onThrow, (subscriber) => end.subscribe(subscriber))
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // The subscriber of an operator passes errors along the chain.
    if (observer instanceof Subscriber) return super.subscribe(observer)
    const given =
      typeof observer === 'object' && observer !== null
        ? observer
        : { next: observer ?? undefined, error: error ?? undefined, complete: complete ?? undefined }
    return super.subscribe({
      next: (value) => this.#safely(() => given.next?.(value)),
      error: (problem) =>
        given.error === undefined ? this.#onThrow(problem) : this.#safely(() => given.error?.(problem)),
      complete: () => this.#safely(() => given.complete?.()),
    })
  }

  #safely(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#onThrow(error)
    }
  }
}
