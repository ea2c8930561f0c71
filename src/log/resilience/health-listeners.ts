/**
 * Listeners on the state of a guarded store. A listener is foreign code: one that throws does not block
 * writes.
 */
import { toTerminal } from '../../values/terminal-text.ts'
import type { LogEntry } from '../store.ts'
import { messageOf } from '../store-calls.ts'
import { type LogProblem, warnOfProblem } from '../store-problem.ts'
import type { GuardListener, StoreHealth } from './options.ts'

/** The listeners of one guard. */
export class HealthListeners {
  readonly #listeners = new Set<GuardListener>()

  constructor(first: GuardListener) {
    this.#listeners.add(first)
  }

  add(listener: GuardListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  health(health: StoreHealth): void {
    for (const listener of this.#listeners) attempt(() => listener.onHealth?.(health))
  }

  lost(entries: readonly LogEntry[], problem: unknown): void {
    for (const listener of this.#listeners) attempt(() => listener.onLost?.(entries, problem))
  }

  problem(problem: LogProblem): void {
    const told = [...this.#listeners].flatMap(({ onProblem }) => onProblem ?? [])
    if (told.length === 0) warnOfProblem(problem)
    for (const tell of told) attempt(() => tell(problem))
  }
}

function attempt(tell: () => void): void {
  try {
    tell()
  } catch (problem) {
    // As text: an error of another realm is none to the process.
    process.emitWarning(toTerminal([`A listener of a run log threw: ${messageOf(problem)}`]), {
      code: 'GANTRY_RUN_LOG',
    })
  }
}
