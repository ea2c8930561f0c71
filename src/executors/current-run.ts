/**
 * Which run the present code belongs to, across its awaits: how a run that would wait for itself is noticed, how a test
 * clock knows that it is being moved from within a run, and whose promise it was that nobody handled.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The run that code is inside of. */
export interface InsideRun {
  readonly task: string
  readonly runId: string
  /** Told of a promise of this run that rejected and that nobody handled. */
  readonly onUnhandled?: (error: unknown) => void
  /**
   * Receives errors that this run threw where nothing catches them; returns true if the error is handled, and
   * the process goes on.
   */
  readonly onUncaught?: (error: unknown) => boolean
}

const storage = new AsyncLocalStorage<InsideRun>()

/** Calls `work` inside a run. */
export function runInside<R>(run: InsideRun, work: () => R): R {
  return storage.run(run, work)
}

/** The run that the caller is inside of, if any. */
export function insideRun(): InsideRun | undefined {
  return storage.getStore()
}
