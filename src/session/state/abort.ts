/** The abort signal of a run. The controller is created when the signal is first read, since most work never reads it. */
export class RunAbort {
  #controller: AbortController | null = null
  #told: { readonly reason: unknown } | null = null

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      if (this.#told !== null) this.#controller.abort(this.#told.reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#told ??= { reason }
    this.#controller?.abort(reason)
  }
}
