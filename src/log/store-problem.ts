/** Non-fatal problems that a store reports out of band, never silently and never as an error of a caller. */
import { toTerminal } from '../values/terminal-text.ts'

/**
 * A problem that a store repaired, or that occurred in the background.
 *
 * @example
 * ```ts
 * const report = ({ kind, path, message }: LogProblem): void => console.warn(`${path}: ${kind}: ${message}`)
 * createApp({ store: createJsonlStore('./runs.jsonl', { onProblem: report }) })
 * ```
 */
export interface LogProblem {
  /**
   * The kind of problem:
   * - `torn tail`: the last write of an earlier process was cut short; it was never acknowledged
   * - `bad line`: lines before the end are damaged and were moved to another file
   * - `compact`: the file could not be compacted and remains in use as it is
   * - `imported`: the file held a foreign log, which was imported and kept under another name
   * - `damage`: a damaged database was moved aside, and its readable entries are in a new one
   * - `network`: a database is on a network drive, where two sessions may both obtain its lock
   * - `displaced`: the file was moved, deleted, replaced or truncated while it was open; it was rewritten, or the message
   *   states why that failed
   * - `bad entry`: invalid entries (of an unknown action, for example) were set aside or left out
   * - `answer`: a store gave an invalid answer, or gives none for long
   */
  readonly kind:
    | 'torn tail'
    | 'bad line'
    | 'compact'
    | 'imported'
    | 'damage'
    | 'network'
    | 'displaced'
    | 'bad entry'
    | 'answer'
  /** The path, or the name, of the store. */
  readonly path: string
  /** A sentence for users, with the path. */
  readonly message: string
  /** The path to which damaged lines, or a foreign file, were moved. */
  readonly movedTo?: string
}

/** Reports a problem as a process warning; the default where no listener is given. */
export function warnOfProblem(problem: LogProblem): void {
  process.emitWarning(toTerminal([problem.message]), { code: 'GANTRY_RUN_LOG' })
}
