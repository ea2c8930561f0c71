/** Warnings that many tasks share: the first few are reported singly, the others in one summary line. */
import type { Reporter } from '../reports/reporter.ts'

/** The number of warnings that are reported singly. */
const maxSingle = 3
/** The number of other tasks that are named. */
const maxNames = 3

/** Warnings of one kind. Those between two calls of {@link sumUp} form a group. */
export class SummedWarnings {
  readonly #reporter: Reporter
  readonly #kind: string
  readonly #what: string
  #count = 0
  readonly #names: string[] = []

  /** @param what - The problem, in the plural: `tasks can never start`. */
  constructor(reporter: Reporter, kind: string, what: string) {
    this.#reporter = reporter
    this.#kind = kind
    this.#what = what
  }

  /** The message is created only if it is reported. */
  add(task: string, message: () => string): void {
    this.#count += 1
    if (this.#count <= maxSingle) this.#reporter.warn(this.#kind, message(), { task })
    else if (this.#names.length < maxNames) this.#names.push(`'${task}'`)
  }

  /** Reports the number of further warnings, and begins a new group. */
  sumUp(): void {
    const more = this.#count - maxSingle
    const names = this.#names.splice(0)
    this.#count = 0
    if (more <= 0) return
    const others = more > names.length ? ` and ${more - names.length} others` : ''
    this.#reporter.warn(this.#kind, `${more} more ${this.#what}: ${names.join(', ')}${others}.`)
  }
}
