/**
 * What is said between a session and its threads. A run has no port of its own, which would cost more than the run: what it
 * says goes by its thread's line with the run's key, what it is told by one line to all threads; and one shared word settles
 * which came first, its beginning or its being told to end.
 */
import type { ClonedError, ClonedSettlement, FromWorker, WorkerOrder } from '../isolated/protocol.ts'

/** One run for a thread. */
export interface ThreadOrder {
  /** Names the run on the lines. */
  readonly key: number
  /** One shared word: has it begun, and was it told to end? */
  readonly state: Int32Array
  readonly order: WorkerOrder
}

/** To all threads: the one that carries out the run of that key tells its work to end. */
export interface ToThreads {
  readonly key: number
  readonly reason: ClonedError
}

/** What a run says while it lives. */
export interface ThreadMessage {
  readonly key: number
  readonly message: FromWorker
}

/** What comes of a run, and how much it said: its last words may still be under way. */
export interface FromThread {
  /** Null for a run that was told to end before it began. */
  readonly settlement: ClonedSettlement | null
  readonly said: number
}

const begun = 1
const toldToEnd = 2

/** A run that has not begun. */
export function newState(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** On the far side: begins, unless it was told to end first. */
export function tryBegin(state: Int32Array): boolean {
  return Atomics.compareExchange(state, 0, 0, begun) === 0
}

/** On the near side: tells it not to begin; false if it has begun. */
export function tryPrevent(state: Int32Array): boolean {
  return Atomics.compareExchange(state, 0, 0, toldToEnd) === 0
}

/** On the near side: says that the reason to end is in the line. Called after it was posted. */
export function markAborted(state: Int32Array): void {
  Atomics.store(state, 0, toldToEnd)
}

/** On the far side: true when the reason to end is in the line. */
export function wasAborted(state: Int32Array): boolean {
  return Atomics.load(state, 0) === toldToEnd
}
