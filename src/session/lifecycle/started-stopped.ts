/** When a session has started, and when it has stopped: promises for whoever waits. */

interface Deferred {
  resolve(): void
  reject(error: unknown): void
}

export class StartedStopped {
  #stopped!: Promise<void>
  #settleStopped: Deferred | null = null
  #settleStarted: Deferred | null = null
  /** A stop that still releases what the session held. */
  releasing: Promise<void> | null = null

  constructor() {
    this.#renewStopped()
  }

  /** Resolves at the end of the start under way, or the next one; rejects with the error that ended the session. */
  get stopped(): Promise<void> {
    return this.#stopped
  }

  /** A start begins: resolves when tasks may launch, or when the session has stopped already. */
  begin(): Promise<void> {
    this.#renewStopped()
    return new Promise<void>((resolve, reject) => {
      this.#settleStarted = { resolve, reject }
    })
  }

  /** True if the promise of a start is open, which rejects where the start fails. */
  get isStartAwaited(): boolean {
    return this.#settleStarted !== null
  }

  started(): void {
    this.#settleStarted?.resolve()
    this.#settleStarted = null
  }

  ended(fatal: { readonly error: unknown } | null): void {
    for (const settle of [this.#settleStarted, this.#settleStopped])
      if (fatal === null) settle?.resolve()
      else settle?.reject(fatal.error)
    this.#settleStarted = null
    this.#settleStopped = null
  }

  #renewStopped(): void {
    if (this.#settleStopped !== null) return
    this.#stopped = new Promise<void>((resolve, reject) => {
      this.#settleStopped = { resolve, reject }
    })
    // Who wants the error asks for the promise; a session that nobody waits for must not end the process.
    this.#stopped.catch(() => {})
  }
}
