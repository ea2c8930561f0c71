/** The promises of a session's start and stop, for callers that wait. */
import { createDeferred, type Deferred } from '../../values/deferred.ts'
import type { SessionState } from '../api/session-parts.ts'

export class StartedStopped {
  #end = createEnd()
  #hasEnded = false
  #settleStarted: Deferred | null = null
  /** Calls of `start()` that the machine has not answered yet. */
  readonly #asked: Deferred[] = []
  /** The call of `start()` that waits for the stop in progress. */
  #deferred: Deferred | null = null

  /** Resolves at the end of the current start or the next one; rejects with the error that ended the session. */
  get stopped(): Promise<void> {
    return this.#end.promise
  }

  /** Requests a start: resolves when tasks may launch, or when the session has stopped already. */
  ask(): Promise<void> {
    const asked = createDeferred()
    this.#asked.push(asked)
    return asked.promise
  }

  /** Begins the first requested start. */
  accept(): void {
    if (this.#hasEnded) this.#end = createEnd()
    this.#hasEnded = false
    this.#settleStarted = this.#deferred ?? this.#asked.shift() ?? null
    this.#deferred = null
  }

  defer(): void {
    this.#deferred = this.#asked.shift() ?? null
  }

  refuse(error: unknown): void {
    this.#asked.shift()?.reject(error)
  }

  /** Drops the deferred start. */
  callOff(): void {
    this.#deferred?.resolve()
    this.#deferred = null
  }

  /** True if a start's promise is pending, which rejects if the start fails. */
  get isStartAwaited(): boolean {
    return this.#settleStarted !== null
  }

  started(): void {
    this.#settleStarted?.resolve()
    this.#settleStarted = null
  }

  ended(failure: { readonly error: unknown } | null): void {
    for (const settle of [this.#settleStarted, this.#end])
      if (failure === null) settle?.resolve()
      else settle?.reject(failure.error)
    this.#settleStarted = null
    this.#hasEnded = true
  }
}

function createEnd(): Deferred {
  const end = createDeferred()
  // Callers that need the error await the promise; without them, it must not be an unhandled rejection.
  end.promise.catch(() => {})
  return end
}

/** The error of a start that the machine refuses. */
export function notStopped(state: SessionState): TypeError {
  return new TypeError(
    `Cannot start the session as it must be stopped: ${state}. Start it once; to start it again, wait for session.stopped after shutDown(), or use restart().`,
  )
}
