/** What a thread runs: takes one order after the other and carries it out. */
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads'
import { carryOut } from './far-side.ts'
import { fromCrossedError } from './messages.ts'
import { watchRejections } from './rejections.ts'
import { type FromThread, type ThreadOrder, type ToThreads, tryBegin } from './thread-line.ts'

watchRejections()

const aborts = new Map<number, AbortController>()
const line = new BroadcastChannel((workerData as { readonly line: string }).line)
line.onmessage = (event: unknown): void => {
  const { key, reason } = (event as { readonly data: ToThreads }).data
  aborts.get(key)?.abort(fromCrossedError(reason))
}
// A thread is kept by its pool, not by what it listens to.
line.unref()

/** Carries out an order. */
export async function runInThread({ key, state, order }: ThreadOrder): Promise<FromThread> {
  if (!tryBegin(state)) return { settlement: null, said: 0 }
  const abort = new AbortController()
  aborts.set(key, abort)
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
