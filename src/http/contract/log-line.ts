/** Lines of this interface in the session's logger. A logger that throws or rejects must not break a request. */
import { type Logger, plainLogger, type Session } from '../../app/index.ts'

const reported = new WeakSet<Logger>()

/** Logs a line, unless the session has `logger: false`. Never throws. True if the logger took it. */
export function logLine(
  session: Session,
  level: 'info' | 'warn' | 'error',
  message: string,
  ...data: readonly unknown[]
): boolean {
  const { logger = plainLogger } = session.options
  return logger !== false && logTo(logger, level, message, ...data)
}

/** Logs a line to that logger. Never throws. True if the logger took it. */
export function logTo(
  logger: Logger,
  level: 'info' | 'warn' | 'error',
  message: string,
  ...data: readonly unknown[]
): boolean {
  try {
    // A logger may be async, unlike its type: its rejection would end the process.
    const result: unknown = logger[level](message, ...data)
    Promise.resolve(result).catch((error: unknown) => report(logger, error))
    return true
  } catch (error) {
    report(logger, error)
    return false
  }
}

/** Prints a warning, once per logger: a logger that throws does so at each line. */
function report(logger: Logger, error: unknown): void {
  if (reported.has(logger)) return
  reported.add(logger)
  plainLogger.warn('The logger threw at a line of the HTTP interface.', error)
}
