/** The entry file of a worker thread: executes one order after the other. */
import { BroadcastChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { watchRejections } from '../inline/unhandled-rejections.ts'
import { fromClonedError } from '../isolated/protocol.ts'
import { runIsolated } from '../isolated/worker.ts'
import { pollBefore } from './polling-signal.ts'
import { type FromThread, type ThreadOrder, type ToThreads, tryBegin, wasAborted } from './thread-channel.ts'

watchRejections()

const aborts = new Map<number, AbortController>()
const channel = new BroadcastChannel((workerData as { readonly channel: string }).channel)
channel.onmessage = (event: unknown): void => receive((event as { readonly data: ToThreads }).data)
// The pool keeps the thread alive, not its channel.
channel.unref()

function receive({ key, reason }: ToThreads): void {
  aborts.get(key)?.abort(fromClonedError(reason))
}

/** Receives the messages in the channel synchronously, without a turn of the event loop. */
function receivePending(): void {
  // Node accepts a BroadcastChannel here, too, but its types do not declare that.
  const port = channel as unknown as Parameters<typeof receiveMessageOnPort>[0]
  for (
    let received = receiveMessageOnPort(port);
    received !== undefined;
    received = receiveMessageOnPort(port)
  )
    receive(received.message as ToThreads)
}

/** Executes an order. */
export async function runInThread({ key, state, order }: ThreadOrder): Promise<FromThread> {
  if (!tryBegin(state)) return { settlement: null, messages: 0 }
  const abort = new AbortController()
  aborts.set(key, abort)
  pollBefore(abort.signal, () => {
    if (wasAborted(state)) receivePending()
  })
  let messages = 0
  const settlement = await runIsolated(order, {
    realm: 'thread',
    signal: abort.signal,
    send: (message) => {
      messages += 1
      parentPort?.postMessage({ key, message })
    },
  })
  aborts.delete(key)
  return { settlement, messages }
}
