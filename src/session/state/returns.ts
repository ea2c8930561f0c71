/** The last return values of tasks. */

/** The read-only return values. */
export interface ReadonlyReturns {
  get(task: string): unknown
  has(task: string): boolean
  /** The reason why the return value of an earlier process is unknown; undefined if it is known. */
  whyLost(task: string): string | undefined
}

export class Returns implements ReadonlyReturns {
  readonly #values = new Map<string, unknown>()
  readonly #lost = new Map<string, string>()

  get(task: string): unknown {
    return this.#values.get(task)
  }

  has(task: string): boolean {
    return this.#values.has(task)
  }

  whyLost(task: string): string | undefined {
    return this.#lost.get(task)
  }

  set(task: string, value: unknown): void {
    this.#values.set(task, value)
  }

  delete(task: string): void {
    this.#values.delete(task)
  }

  /** Records the reason why the return value of an earlier process could not be restored. */
  lose(task: string, why: string): void {
    this.#lost.set(task, why)
  }
}
