/** The default logger of a session, which prints to the console. */
import type { ErrorData } from '../../../machines/protocol.ts'
import { toTerminal } from '../../values/terminal-text.ts'
import type { Logger } from '../api/session-options.ts'

/**
 * The default of the option `logger`: prints to the console, without debug lines. Control characters are escaped (`\\x1b`), and
 * lines after the first are indented, so that the name of a task or an error cannot act on the terminal.
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

const nothing = (): void => {}

/** The logger of `logger: false`, which prints nothing. */
export const noLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }

const guarded = new WeakSet<NodeJS.WriteStream>()

function say(level: 'info' | 'warn' | 'error', stream: NodeJS.WriteStream, data: unknown[]): void {
  if (!guarded.has(stream)) {
    guarded.add(stream)
    stream.on('error', forgiveClosedPipe)
  }
  const errors = data.filter(isErrorData)
  const others = errors.length === 0 ? data : data.filter((part) => !isErrorData(part))
  // Errors are printed with their stacks and causes, in the lines below.
  const below = errors.map((error) =>
    toTerminal(['%s', `\n${withoutOurFrames(error.stack ?? `${error.name}: ${error.message}`)}`]),
  )
  console[level](`${toTerminal(others)}${below.join('')}`)
}

/** The folder of this package's files. */
const ours = new URL('../../', import.meta.url).href

/**
 * A stack up to the last frame of the app: the frames below it belong to this package and to Node, and do not help to find a
 * mistake in the app. A stack without a frame of the app remains complete.
 */
function withoutOurFrames(stack: string): string {
  // Each cause has a separate stack, which begins with a line that is not a frame.
  return stack
    .split(/\n(?=\S| *(?:caused by|\[cause\]))/)
    .map((part) => {
      const lines = part.split('\n')
      const last = lines.findLastIndex((line) => /^ *at /.test(line) && !isOurs(line))
      return last === -1 ? part : lines.slice(0, last + 1).join('\n')
    })
    .join('\n')
}

function isOurs(frame: string): boolean {
  return frame.includes(ours) || frame.includes('(node:') || frame.includes('at node:')
}

/** True for a thrown value as the session reports it: plain data, not an `Error`. */
function isErrorData(part: unknown): part is ErrorData {
  if (typeof part !== 'object' || part === null || part instanceof Error) return false
  const { name, message, stack } = part as Partial<Record<keyof ErrorData, unknown>>
  return (
    typeof name === 'string' &&
    typeof message === 'string' &&
    (stack === undefined || typeof stack === 'string')
  )
}

/** Ignores errors of a closed output (`node app | head`): without a listener they would end the process. */
function forgiveClosedPipe(this: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  // EIO: the terminal is gone.
  if (error.code === 'EPIPE' || error.code === 'EIO' || this.listenerCount('error') > 1) return
  throw error
}
