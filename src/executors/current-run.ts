/**
 * The run to which the current code belongs, across awaits. It detects a run that would wait for itself, tells a test clock that
 * it is moved from within a run, and attributes unhandled rejections to their run.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** A run as code inside it sees it. */
export interface InsideRun {
  readonly task: string
  readonly runId: string
  /** Receives unhandled rejections of this run's promises. */
  readonly onUnhandled?: (error: unknown) => void
  /**
   * Receives uncaught errors of this run; returns true if the error is handled and the process continues.
   */
  readonly onUncaught?: (error: unknown) => boolean
}

/** The run of the calling code; `run()` calls a function inside a run. */
export const currentRun = new AsyncLocalStorage<InsideRun>()

/** The run of the calling code, if any. */
export function insideRun(): InsideRun | undefined {
  return currentRun.getStore()
}
