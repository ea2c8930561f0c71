/**
 * News as an Observable whose subscribers may throw.
 *
 * RxJS throws again what a subscriber throws, where nobody can catch it: one bad line in a dashboard would end the process,
 * and with it every task. Here it is reported, at the end of every chain of operators, too.
 */
import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs'

type Subscribe<T> = (subscriber: Subscriber<T>) => () => void

/** An Observable that reports what its subscribers throw. */
export class NewsStream<T> extends Observable<T> {
  readonly #onThrow: (error: unknown) => void

  constructor(onThrow: (error: unknown) => void, subscribe?: Subscribe<T>) {
    super(subscribe)
    this.#onThrow = onThrow
  }

  /** What operators make of it reports, too. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new NewsStream<R>(this.#onThrow)
    lifted.source = this
    lifted.operator = operator as Operator<unknown, R>
    return lifted
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own subscriber hands what it catches down the chain.
    if (observer instanceof Subscriber) return super.subscribe(observer)
    const given =
      typeof observer === 'object' && observer !== null
        ? observer
        : { next: observer ?? undefined, error: error ?? undefined, complete: complete ?? undefined }
    return super.subscribe({
      next: (value) => this.#guard(() => given.next?.(value)),
      error: (problem) =>
        given.error === undefined ? this.#onThrow(problem) : this.#guard(() => given.error?.(problem)),
      complete: () => this.#guard(() => given.complete?.()),
    })
  }

  #guard(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#onThrow(error)
    }
  }
}
