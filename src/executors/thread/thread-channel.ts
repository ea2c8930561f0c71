/**
 * The message protocol between a session and its threads. Worker to host: the thread's own port, tagged with the run key (a port
 * per run would cost more than the run). Host to workers: one BroadcastChannel. An Int32 in shared memory decides the race
 * between start and abort.
 */
import type { ClonedError, ClonedSettlement, FromWorker, WorkerOrder } from '../isolated/protocol.ts'

/** An order for a thread. */
export interface ThreadOrder {
  /** Identifies the run in messages. */
  readonly key: number
  /** Shared state: whether the run has begun, and whether it was aborted. */
  readonly state: Int32Array
  readonly order: WorkerOrder
}

/** A message to all threads: the thread with the run of that key aborts it. */
export interface ToThreads {
  readonly key: number
  readonly reason: ClonedError
}

/** A message of a live run. */
export interface ThreadMessage {
  readonly key: number
  readonly message: FromWorker
}

/** The result of a run, and the number of its messages, some of which may still be in transit. */
export interface FromThread {
  /** Null for a run that was aborted before it began. */
  readonly settlement: ClonedSettlement | null
  readonly messages: number
}

const begun = 1
const toldToEnd = 2

/** The state of a run that has not begun. */
export function newState(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** In the worker: begins the run, unless it was aborted first. */
export function tryBegin(state: Int32Array): boolean {
  return Atomics.compareExchange(state, 0, 0, begun) === 0
}

/** In the host: prevents the run from beginning; false if it has begun. */
export function tryPrevent(state: Int32Array): boolean {
  return Atomics.compareExchange(state, 0, 0, toldToEnd) === 0
}

/** In the host: marks that the reason of the abort is in the channel. Called after it was posted. */
export function markAborted(state: Int32Array): void {
  Atomics.store(state, 0, toldToEnd)
}

/** In the worker: true when the reason of the abort is in the channel. */
export function wasAborted(state: Int32Array): boolean {
  return Atomics.load(state, 0) === toldToEnd
}
