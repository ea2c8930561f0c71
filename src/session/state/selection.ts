/** The selection of tasks for which `session.run()` has started a stopped session. */

/** The read-only selection. */
export interface Selection {
  /** The only tasks that may launch; null if all may. */
  readonly only: ReadonlySet<string> | null
}

export class TaskSelection implements Selection {
  only: ReadonlySet<string> | null

  constructor(only: ReadonlySet<string> | null = null) {
    this.only = only
  }

  select(tasks: Iterable<string>): void {
    this.only = new Set(tasks)
  }

  clear(): void {
    this.only = null
  }
}
