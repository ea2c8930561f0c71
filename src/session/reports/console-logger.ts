/** Where a session's words go when the app has no logger of its own: to the console. */
import type { ErrorData } from '../../../machines/protocol.ts'
import { toTerminal } from '../../values/terminal-text.ts'
import type { Logger } from '../api/session-options.ts'

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

const nothing = (): void => {}

/** Says nothing: `logger: false`. */
export const noLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }

const guarded = new WeakSet<NodeJS.WriteStream>()

function say(level: 'info' | 'warn' | 'error', stream: NodeJS.WriteStream, data: unknown[]): void {
  if (!guarded.has(stream)) {
    guarded.add(stream)
    stream.on('error', forgiveClosedPipe)
  }
  const errors = data.filter(isErrorData)
  const others = errors.length === 0 ? data : data.filter((part) => !isErrorData(part))
  // An error reads best as it is: its stack, with those of its causes, in lines below.
  const below = errors.map((error) =>
    toTerminal(['%s', `\n${withoutOurFrames(error.stack ?? `${error.name}: ${error.message}`)}`]),
  )
  console[level](`${toTerminal(others)}${below.join('')}`)
}

/** The folder of this package's files. */
const ours = new URL('../../', import.meta.url).href

/**
 * A stack down to the last frame of the app: below it stand only our frames and Node's, which lead to no mistake of the app.
 * A stack without a frame of the app stays whole.
 */
function withoutOurFrames(stack: string): string {
  // Each cause has a stack of its own, which begins with a line that is no frame.
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

/** Anything thrown, as the session tells it: data, and no error of this realm. */
function isErrorData(part: unknown): part is ErrorData {
  if (typeof part !== 'object' || part === null || part instanceof Error) return false
  const { name, message, stack } = part as Partial<Record<keyof ErrorData, unknown>>
  return (
    typeof name === 'string' &&
    typeof message === 'string' &&
    (stack === undefined || typeof stack === 'string')
  )
}

/** Whoever read our lines has gone (`node app | head`): an event that nobody hears would end the process, and all runs with it. */
function forgiveClosedPipe(this: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  // EIO: the terminal is gone.
  if (error.code === 'EPIPE' || error.code === 'EIO' || this.listenerCount('error') > 1) return
  throw error
}
