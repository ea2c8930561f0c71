/** What a thread runs: takes one order after the other and carries it out. */
import { BroadcastChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { carryOut } from './far-side.ts'
import { lookBefore } from './looking-signal.ts'
import { fromCrossedError } from './messages.ts'
import { watchRejections } from './rejections.ts'
import { type FromThread, type ThreadOrder, type ToThreads, tryBegin, wasTold } from './thread-line.ts'

watchRejections()

const aborts = new Map<number, AbortController>()
const line = new BroadcastChannel((workerData as { readonly line: string }).line)
line.onmessage = (event: unknown): void => hear((event as { readonly data: ToThreads }).data)
// A thread is kept by its pool, not by what it listens to.
line.unref()

function hear({ key, reason }: ToThreads): void {
  aborts.get(key)?.abort(fromCrossedError(reason))
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
  lookBefore(abort.signal, () => {
    if (wasTold(state)) hearAtOnce()
  })
  let said = 0
  const settlement = await carryOut(order, {
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
