/** What a run logs is kept beside its records: the lines of each turn in one note, up to a limit for each run. */

import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../api/session-options.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { RunLog } from '../state/run-log.ts'

/** A line of a run's log, as its note has it; `at` is epoch ms. */
export interface RunLine {
  readonly at: number
  readonly level: keyof Logger
  readonly message: string
}

/** Lines kept of one run, if the options say nothing. */
const defaultLimit = 1_000
/** Letters kept of one run, however few its lines are. */
const maxLetters = 262_144

export interface RunLogLinesDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly runLog: RunLog
}

/** Keeps the lines of one run. The first ones stay: they are written as they come, and a log takes nothing back. */
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

  /** Keeps what was logged in one turn. */
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
      kept.push({ ...lines[kept.length]!, level: 'warn', message: 'What follows is not kept.' })
    this.#write(kept)
  }

  #write(data: readonly RunLine[]): void {
    const { clock, reporter, runLog } = this.#deps
    const fail = (error: unknown): void =>
      reporter.fail('log', `Lines of a run of task '${this.#about.task}' could not be kept.`, {
        task: this.#about.task,
        error,
      })
    try {
      const { durable } = runLog.current.note({ ...this.#about, note: 'lines', at: clock.now(), data })
      if (!(durable instanceof Promise)) return
      clock.busy?.(durable)
      durable.catch(fail)
    } catch (error) {
      fail(error)
    }
  }
}
