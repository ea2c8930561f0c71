/**
 * Health listeners of a guarded store. A listener is user code: one that throws does not block writes.
 */
import { toTerminal } from '../../values/terminal-text.ts'
import type { LogEntry } from '../entry.ts'
import { messageOf } from '../store-calls.ts'
import { type LogProblem, warnOfProblem } from '../store-problem.ts'
import type { StoreHealth, StoreHealthListener } from './options.ts'

/** The listeners of one guarded store. */
export class HealthListeners {
  readonly #listeners = new Set<StoreHealthListener>()

  constructor(first: StoreHealthListener) {
    this.#listeners.add(first)
  }

  add(listener: StoreHealthListener): () => void {
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
    const handlers = [...this.#listeners].flatMap(({ onProblem }) => onProblem ?? [])
    if (handlers.length === 0) warnOfProblem(problem)
    for (const report of handlers) attempt(() => report(problem))
  }
}

function attempt(call: () => void): void {
  try {
    call()
  } catch (problem) {
    // As text: `emitWarning` does not recognize an error of another realm.
    process.emitWarning(toTerminal([`A listener of a run log threw: ${messageOf(problem)}`]), {
      code: 'GANTRY_RUN_LOG',
    })
  }
}
