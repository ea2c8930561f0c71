/** The handle of a manual run: the promise of its outcome, and methods to observe and cancel it. */

import { createDeferred, type Deferred } from '../../values/deferred.ts'
import type { RunHandle, RunOutcome } from '../api/task.ts'

/** Throws if the caller would wait for itself. */
export type WaitCheck = () => void

/** The session's side of a handle. */
export class PendingRun {
  key: string | undefined
  /** True once the run has an outcome or is refused. */
  isSettled = false
  readonly handle: RunHandle
  readonly #ended: Deferred<RunOutcome>
  readonly #started = createDeferred()

  constructor(
    readonly runId: string,
    options: {
      readonly terminate: () => void
      readonly send: RunHandle['send']
      readonly checkWait: WaitCheck
    },
  ) {
    const ended = createDeferred<RunOutcome, WaitingPromise<RunOutcome>>(WaitingPromise)
    ended.promise.checkWait = options.checkWait
    // Callers may ignore the handle: a session that stops first must not cause an unhandled rejection.
    Promise.prototype.then.call(ended.promise, undefined, () => {})
    this.#started.promise.catch(() => {})
    this.#ended = ended
    this.handle = Object.assign(ended.promise, {
      id: runId,
      started: this.#started.promise,
      terminate: options.terminate,
      send: options.send,
    }) as unknown as RunHandle
  }

  /** Has the outcome of another run: the command asked for a run that existed already. */
  follow(other: PendingRun): void {
    if (other === this) return
    other.#started.promise.then(
      () => this.begin(),
      () => {},
    )
    Promise.prototype.then.call(
      other.#ended.promise,
      (outcome) => this.settle(outcome as RunOutcome),
      (error) => this.refuse(error),
    )
  }

  begin(): void {
    this.#started.resolve()
  }

  settle(outcome: RunOutcome): void {
    this.isSettled = true
    this.#started.resolve()
    this.#ended.resolve(outcome)
  }

  /** Rejects the promises of a run that will not start. */
  refuse(error: unknown): void {
    this.isSettled = true
    this.#started.reject(error)
    this.#ended.reject(error)
  }
}

/** A promise that checks, whenever a caller begins to wait for it, whether the caller would wait for itself. */
class WaitingPromise<T> extends Promise<T> {
  checkWait: WaitCheck | undefined

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // `await` calls `then`, the only place where the caller can be detected.
  override then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    try {
      this.checkWait?.()
    } catch (error) {
      return Promise.reject(error).then(undefined, onrejected) as Promise<A | B>
    }
    return super.then(onfulfilled, onrejected)
  }
}
