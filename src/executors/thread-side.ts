/** What a thread runs: takes one order after the other and carries it out. */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { carryOut } from './far-side.ts'
import { type CrossedSettlement, type FarOrder, fromCrossedError, type ToFar } from './messages.ts'
import { watchRejections } from './rejections.ts'

watchRejections()

/** Carries out an order; its own port takes what is said besides, both ways. */
export async function runInThread(given: {
  readonly order: FarOrder
  readonly port: MessagePort
}): Promise<CrossedSettlement> {
  const { order, port } = given
  const abort = new AbortController()
  port.on('message', (message: ToFar) => {
    if (message.type === 'abort') abort.abort(fromCrossedError(message.reason))
  })
  let isOver = false
  try {
    return await carryOut(order, {
      realm: 'thread',
      signal: abort.signal,
      // After its end a run has no port; what it still says goes by the thread's own line.
      send: (message) => (isOver ? parentPort : port)?.postMessage(message),
    })
  } finally {
    isOver = true
    port.close()
  }
}
