/** The entry file of a worker process: executes one order after the other. */
import { nextTurn } from '../../clock/system-clock.ts'
import { toTerminal } from '../../values/terminal-text.ts'
import { insideRun } from '../current-run.ts'
import { watchRejections } from '../inline/unhandled-rejections.ts'
import { type FromWorker, fromClonedError, type ToProcess, toClonedError } from '../isolated/protocol.ts'
import { runIsolated } from '../isolated/worker.ts'

let abort: AbortController | null = null
/** True after an uncaught error: the state of this process is not to be trusted with another run. */
let isLast = false

watchRejections()

process.on('message', (message: ToProcess) => {
  if (message.type === 'abort') abort?.abort(fromClonedError(message.reason))
  else void take(message)
})

// No session is left to receive a result.
process.on('disconnect', () => process.exit())

process.on('uncaughtException', (error) => {
  isLast = true
  const inside = insideRun()
  inside?.onUnhandled?.(error)
  if (abort !== null && inside !== undefined) return
  console.error(toTerminal([error]))
  process.exit(1)
})

async function take({ order, isOnly }: Extract<ToProcess, { type: 'run' }>): Promise<void> {
  abort = new AbortController()
  const { signal } = abort
  // A run that was aborted while the process started learns of it before it begins.
  await nextTurn()
  const settlement = signal.aborted
    ? ({ kind: 'threw', thrown: toClonedError(signal.reason, 'process') } as const)
    : await runIsolated(order, { realm: 'process', signal, send })
  abort = null
  if (!isOnly && !isLast) return send({ type: 'settled', settlement })
  send({ type: 'settled', settlement }, () => flushed(() => process.exit(isLast ? 1 : 0)))
}

/** Waits for the output: an exit does not, and a pipe that is read slowly would lose the end of it. */
function flushed(next: () => void): void {
  const after = (stream: NodeJS.WriteStream, then: () => void): void => {
    if (stream.writableLength > 0) stream.write('', () => then())
    else then()
  }
  after(process.stdout, () => after(process.stderr, next))
}

function send(message: FromWorker, sent: () => void = () => {}): void {
  try {
    process.send?.(message, undefined, undefined, (problem) => {
      if (problem !== null && message.type === 'settled' && message.settlement.kind === 'returned')
        return refuse(problem, sent)
      sent()
    })
  } catch (problem) {
    if (message.type === 'settled') refuse(problem, sent)
  }
}

/** Reports a result that passed the check but could not be sent: without an end the run would wait for its timeout. */
function refuse(problem: unknown, sent: () => void): void {
  if (!process.connected) return sent()
  const settlement = { kind: 'threw', thrown: toClonedError(problem, 'process') } as const
  process.send?.({ type: 'settled', settlement }, undefined, undefined, sent)
}
