/** Where a session's words go when the app has no logger of its own: to the console. */
import { toTerminal } from '../terminal-text.ts'
import type { Logger } from './option-types.ts'

/**
 * The default of the option `logger`: the console, without debug lines. Control characters in what it prints are written as
 * escapes (`\\x1b`), and lines after the first are indented, so that a task's name or an error cannot act on the terminal.
 *
 * @example
 * ```ts
 * const prefixed: Logger = { ...plainLogger, warn: (...data) => plainLogger.warn('[gantry]', ...data) }
 * createApp({ logger: prefixed })
 * ```
 */
export const plainLogger: Logger = {
  debug: () => {},
  info: (...data) => say('info', process.stdout, data),
  warn: (...data) => say('warn', process.stderr, data),
  error: (...data) => say('error', process.stderr, data),
}

const guarded = new WeakSet<NodeJS.WriteStream>()

function say(level: 'info' | 'warn' | 'error', stream: NodeJS.WriteStream, data: unknown[]): void {
  if (!guarded.has(stream)) {
    guarded.add(stream)
    stream.on('error', forgiveClosedPipe)
  }
  console[level](toTerminal(data))
}

/** Whoever read our lines has gone (`node app | head`): an event that nobody hears would end the process, and all runs with it. */
function forgiveClosedPipe(this: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  // EIO: the terminal is gone.
  if (error.code === 'EPIPE' || error.code === 'EIO' || this.listenerCount('error') > 1) return
  throw error
}
