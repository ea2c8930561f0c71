/**
 * The size of the workflow states in a file that newer ones replace. Each rest of a workflow writes a complete state, so a file that is
 * only appended to would consist of these.
 */
import type { LogEntry } from '../../entry.ts'
import { isWorkflowState } from '../../retention.ts'

/** The size up to which replaced states stay in the file, in characters. */
const smallest = 1_048_576

export class ReplacedStates {
  /** The length of the newest state of each run that has not ended. */
  readonly #newest = new Map<string, number>()
  /** The length of all replaced states. */
  #length = 0

  /** The length of all replaced states, in characters. */
  get length(): number {
    return this.#length
  }

  /** Counts an entry; `lengthOf` returns the length of its line. */
  add(entry: LogEntry, lengthOf: () => number): void {
    if (isWorkflowState(entry)) {
      this.#length += this.#newest.get(entry.runId) ?? 0
      this.#newest.set(entry.runId, lengthOf())
    } else if ('action' in entry && entry.action !== 'run') this.#newest.delete(entry.runId)
  }

  /** True if the replaced states make up most of a file of `size` bytes. */
  prevailIn(size: number): boolean {
    return this.#length > Math.max(smallest, size / 2)
  }

  /** Subtracts states that a new version of the file leaves out. */
  leftOut(length: number): void {
    this.#length -= length
  }
}
