/** The reports of a session: warnings and failures, to the logger and to listeners of events. */
import type { ErrorData } from '../../../machines/protocol.ts'
import type { Clock } from '../../clock/clock.ts'
import { toErrorData } from '../../errors/error-data.ts'
import type { Logger } from '../api/session-options.ts'
import { NewsHub } from '../events/news.ts'
import type { Configuration } from '../options/configuration.ts'
import type { FailureKind } from '../options/settings.ts'
import { noLogger, plainLogger } from './console-logger.ts'
import { FailureReports } from './failure-reports.ts'

/** The subject of a report. */
export interface ReportDetails {
  readonly task?: string
  readonly error?: unknown
  /** True if a promise rejects with the error, so that the logger does not repeat it. */
  readonly isThrown?: boolean
}

export interface ReporterDeps {
  readonly name: string
  readonly clock: Clock
  readonly configuration: Configuration
  /** Ends the session with an error. */
  readonly endSession: (error: unknown) => void
  /** True if no tool outside of the session receives its events. */
  readonly isPrivate: boolean
}

export class Reporter {
  readonly news: NewsHub
  readonly failures: FailureReports
  readonly #deps: ReporterDeps
  readonly #warnings: Record<string, number> = {}

  constructor(deps: ReporterDeps) {
    this.#deps = deps
    const onThrow = (error: unknown, of: string): void =>
      this.warn('listener', `A listener of '${of}' threw.`, { error })
    this.news = new NewsHub(deps.name, onThrow, deps.isPrivate)
    this.failures = new FailureReports(deps.clock, this)
  }

  /** The number of warnings by kind. */
  get warnings(): Readonly<Record<string, number>> {
    return this.#warnings
  }

  get logger(): Logger {
    const { logger } = this.#deps.configuration.options
    return logger === false ? noLogger : (logger ?? plainLogger)
  }

  /** True if the logger is disabled. */
  get isSilent(): boolean {
    return this.#deps.configuration.options.logger === false
  }

  /** Reports a problem that stops nothing: as a count, to the logger, and as an event. */
  warn(kind: string, message: string, details: ReportDetails = {}): void {
    this.#count(kind)
    const error: ErrorData | undefined = details.error === undefined ? undefined : toErrorData(details.error)
    if (details.isThrown !== true)
      this.say(
        'warn',
        message,
        ...(details.task === undefined ? [] : [{ task: details.task }]),
        ...(error === undefined ? [] : [error]),
      )
    this.news.tell({
      type: 'session.warning',
      at: this.#deps.clock.now(),
      kind,
      message,
      ...(details.task === undefined ? {} : { task: details.task }),
      ...(error === undefined ? {} : { error }),
    })
  }

  /** Reports a failure of one kind, and ends the session with it if the option `onError` is 'raise' for it. */
  fail(
    kind: FailureKind,
    message: string,
    details: { readonly task?: string; readonly error: unknown },
  ): void {
    this.warn(kind, message, details)
    if (this.#deps.configuration.settings.onError[kind] === 'raise') this.failFatally(details.error)
  }

  /** Ends the session with an error. */
  failFatally(error: unknown): void {
    this.#deps.endSession(error)
  }

  /** Writes to the logger, which is foreign code: its errors are only counted. */
  say(level: keyof Logger, ...data: readonly unknown[]): void {
    try {
      this.logger[level](...data)
    } catch {
      this.#count('logger')
    }
  }

  #count(kind: string): void {
    this.#warnings[kind] = (this.#warnings[kind] ?? 0) + 1
  }
}
