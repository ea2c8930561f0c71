/** The promises of a session's start and stop, for callers that wait. */
import type { SessionState } from '../api/session-parts.ts'

interface Deferred {
  resolve(): void
  reject(error: unknown): void
}

export class StartedStopped {
  #stopped!: Promise<void>
  #settleStopped: Deferred | null = null
  #settleStarted: Deferred | null = null
  /** Calls of `start()` that the machine has not answered yet. */
  readonly #asked: Deferred[] = []
  /** The call of `start()` that waits for the stop in progress. */
  #deferred: Deferred | null = null

  constructor() {
    this.#renewStopped()
  }

  /** Resolves at the end of the current start or the next one; rejects with the error that ended the session. */
  get stopped(): Promise<void> {
    return this.#stopped
  }

  /** Requests a start: resolves when tasks may launch, or when the session has stopped already. */
  ask(): Promise<void> {
    return new Promise<void>((resolve, reject) => void this.#asked.push({ resolve, reject }))
  }

  /** Begins the first start requested. */
  accept(): void {
    this.#renewStopped()
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
    for (const settle of [this.#settleStarted, this.#settleStopped])
      if (failure === null) settle?.resolve()
      else settle?.reject(failure.error)
    this.#settleStarted = null
    this.#settleStopped = null
  }

  #renewStopped(): void {
    if (this.#settleStopped !== null) return
    this.#stopped = new Promise<void>((resolve, reject) => {
      this.#settleStopped = { resolve, reject }
    })
    // Callers that need the error await the promise; an unobserved session must not end the process.
    this.#stopped.catch(() => {})
  }
}

/** The error of a start that the machine refuses. */
export function notStopped(state: SessionState): TypeError {
  return new TypeError(
    `Cannot start the session as it must be stopped: ${state}. Start it once; to start it again, wait for session.stopped after shutDown(), or use restart().`,
  )
}
