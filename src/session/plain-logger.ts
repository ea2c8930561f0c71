/** Where a session's words go when the app has no logger of its own: to the console. */
import type { Logger } from './option-types.ts'

/** The console, with debug lines left out: a warning that nobody sees is none. */
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
  console[level](...data)
}

/** Whoever read our lines has gone (`node app | head`): an event that nobody hears would end the process, and all runs with it. */
function forgiveClosedPipe(this: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || this.listenerCount('error') > 1) return
  throw error
}
