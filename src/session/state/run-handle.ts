/** A run asked for by hand: the promise of its outcome, and the means to watch and end it. */
import type { RunHandle, RunOutcome } from '../api/task.ts'

/** Throws if whoever calls would wait for itself. */
export type WaitCheck = () => void

/** The session's side of a handle. */
export class PendingRun {
  key: string | undefined
  readonly handle: RunHandle
  readonly #resolve: (outcome: RunOutcome) => void
  readonly #reject: (error: unknown) => void
  readonly #start: () => void
  readonly #failStart: (error: unknown) => void

  constructor(
    readonly runId: string,
    options: { readonly terminate: () => void; readonly checkWait: WaitCheck },
  ) {
    let resolve!: (outcome: RunOutcome) => void
    let reject!: (error: unknown) => void
    const promise = new WaitingPromise<RunOutcome>((yes, no) => {
      resolve = yes
      reject = no
    })
    promise.checkWait = options.checkWait
    let start!: () => void
    let failStart!: (error: unknown) => void
    const started = new Promise<void>((yes, no) => {
      start = yes
      failStart = no
    })
    // Nobody has to look at a handle: a session that stops first is no unhandled rejection of theirs.
    Promise.prototype.then.call(promise, undefined, () => {})
    started.catch(() => {})
    this.#resolve = resolve
    this.#reject = reject
    this.#start = start
    this.#failStart = failStart
    this.handle = Object.assign(promise, {
      id: runId,
      started,
      terminate: options.terminate,
    }) as unknown as RunHandle
  }

  begin(): void {
    this.#start()
  }

  settle(outcome: RunOutcome): void {
    this.#start()
    this.#resolve(outcome)
  }

  /** It will never start: its task was removed, or the session stopped first. */
  refuse(error: unknown): void {
    this.#failStart(error)
    this.#reject(error)
  }
}

/** A promise that looks, each time somebody begins to wait for it, whether the waiter would wait for itself. */
class WaitingPromise<T> extends Promise<T> {
  checkWait: WaitCheck | undefined

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // Awaiting calls `then`, the one place where a waiter can be seen.
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
