/** The storage of a run's log lines: one note per turn of the event loop, up to a limit per run. */

import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../api/session-options.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { RunLog } from '../state/run-log.ts'
import { storeNote } from '../state/store-note.ts'

/** A log line as stored in a note; `at` is epoch ms. */
export interface RunLine {
  readonly at: number
  readonly level: keyof Logger
  readonly message: string
}

/** The default of the option `linesPerRun`. */
const defaultLimit = 1_000
/** The maximum number of stored characters per run. */
const maxLetters = 262_144

export interface RunLogLinesDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly runLog: RunLog
}

/** Stores the lines of one run: the first ones, since lines are written at once and a log is append-only. */
export class RunLogLines {
  readonly #deps: RunLogLinesDeps
  readonly #about: { readonly task: string; readonly runId: string }
  #lines = 0
  #letters = 0
  #isFull = false

  constructor(deps: RunLogLinesDeps, task: string, runId: string) {
    this.#deps = deps
    this.#about = { task, runId }
  }

  /** Stores the lines of one turn. */
  keep(lines: readonly RunLine[]): void {
    const { configuration, runLog } = this.#deps
    const limit = configuration.options.log?.linesPerRun ?? defaultLimit
    if (this.#isFull || limit === 0 || runLog.isClosed) return
    const kept: RunLine[] = []
    for (const line of lines) {
      this.#isFull = this.#lines >= limit || this.#letters + line.message.length > maxLetters
      if (this.#isFull) break
      this.#lines += 1
      this.#letters += line.message.length
      kept.push(line)
    }
    if (this.#isFull)
      kept.push({ ...lines[kept.length]!, level: 'warn', message: 'Further lines are not stored.' })
    this.#write(kept)
  }

  #write(data: readonly RunLine[]): void {
    const { clock, reporter } = this.#deps
    storeNote(this.#deps, { ...this.#about, note: 'lines', at: clock.now(), data }, (error) =>
      reporter.fail('log', `Log lines of a run of task '${this.#about.task}' could not be stored.`, {
        task: this.#about.task,
        error,
      }),
    )
  }
}
