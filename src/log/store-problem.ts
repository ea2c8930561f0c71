/** What a store tells of itself beside what it is asked: never silent, never an error of whoever asks. */
import { toTerminal } from '../values/terminal-text.ts'

/**
 * Something that had to be mended, or could not be done in the background.
 *
 * @example
 * ```ts
 * const tell = ({ kind, path, message }: LogProblem): void => console.warn(`${path}: ${kind}: ${message}`)
 * createApp({ store: createJsonlStore('./runs.jsonl', { onProblem: tell }) })
 * ```
 */
export interface LogProblem {
  /**
   * `torn tail`: the last write of an earlier process was cut short; it had never been acknowledged. `bad line`: lines
   * before the end are damaged and were moved aside. `compact`: the file could not be made smaller and works on as it is.
   * `imported`: it held a log of others, which was read, and is kept beside it. `damage`: a damaged database was moved aside,
   * and what could be read of it is in a new one. `network`: a database lies on another machine, where two sessions may both
   * believe to have it. `displaced`: the file was moved, deleted, replaced or truncated while it was open; it was rewritten,
   * or the message says why it could not be. `bad entry`: an entry is none (its action is unknown, say) and was set aside or left
   * out. `answer`: a store gives an answer that is none, or gives none for long.
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
  readonly path: string
  readonly message: string
  /** Where damaged lines, or a file of others, were put. */
  readonly movedTo?: string
}

/** Tells of a problem as a warning of the process, where nobody else listens. */
export function warnOfProblem(problem: LogProblem): void {
  process.emitWarning(toTerminal([problem.message]), { code: 'GANTRY_RUN_LOG' })
}
