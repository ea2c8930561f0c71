/** What a thread runs: takes one order after the other and carries it out. */
import { BroadcastChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { watchRejections } from '../inline/unhandled-rejections.ts'
import { fromClonedError } from '../isolated/protocol.ts'
import { runIsolated } from '../isolated/worker.ts'
import { pollBefore } from './polling-signal.ts'
import { type FromThread, type ThreadOrder, type ToThreads, tryBegin, wasAborted } from './thread-channel.ts'

watchRejections()

const aborts = new Map<number, AbortController>()
const line = new BroadcastChannel((workerData as { readonly line: string }).line)
line.onmessage = (event: unknown): void => hear((event as { readonly data: ToThreads }).data)
// A thread is kept by its pool, not by what it listens to.
line.unref()

function hear({ key, reason }: ToThreads): void {
  aborts.get(key)?.abort(fromClonedError(reason))
}

/** Hears what is in the line by now, without a turn of the event loop. */
function hearAtOnce(): void {
  // Node takes a BroadcastChannel here, too; its types do not say so.
  const port = line as unknown as Parameters<typeof receiveMessageOnPort>[0]
  for (let said = receiveMessageOnPort(port); said !== undefined; said = receiveMessageOnPort(port))
    hear(said.message as ToThreads)
}

/** Carries out an order. */
export async function runInThread({ key, state, order }: ThreadOrder): Promise<FromThread> {
  if (!tryBegin(state)) return { settlement: null, said: 0 }
  const abort = new AbortController()
  aborts.set(key, abort)
  pollBefore(abort.signal, () => {
    if (wasAborted(state)) hearAtOnce()
  })
  let said = 0
  const settlement = await runIsolated(order, {
    realm: 'thread',
    signal: abort.signal,
    send: (message) => {
      said += 1
      parentPort?.postMessage({ key, message })
    },
  })
  aborts.delete(key)
  return { settlement, said }
}
