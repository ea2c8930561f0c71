/** One run in a thread: its order, its messages, and its end. */
import type { Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Settlement } from '../../../machines/run.machine.ts'
import { ExitError } from '../../errors/errors.ts'
import { createDeferred, type Deferred } from '../../values/deferred.ts'
import type { ExecutionContext, Warn } from '../executor.ts'
import { handleWorkerMessage, sendFailure } from '../isolated/host.ts'
import { type FromWorker, fromCloned, toClonedError, type WorkerOrder } from '../isolated/protocol.ts'
import {
  type FromThread,
  markAborted,
  newState,
  type ThreadOrder,
  type ToThreads,
  tryPrevent,
} from './thread-channel.ts'

/** The channels of a run to its threads and its session. */
export interface ThreadChannel {
  readonly warn: Warn
  readonly abort: (message: ToThreads) => void
}

/** One run in a thread. */
export class ThreadRun {
  readonly key: number
  readonly #order: WorkerOrder
  readonly #context: ExecutionContext
  readonly #warn: Warn
  readonly #abort: (message: ToThreads) => void
  readonly #ending = new AbortController()
  #pool: Piscina | null = null
  readonly #failure = createDeferred<never>()
  #isEnded = false
  #received = 0
  /** Called on each message while the last ones are awaited. */
  #nextMessage: Deferred | null = null

  constructor(key: number, order: WorkerOrder, context: ExecutionContext, channel: ThreadChannel) {
    this.key = key
    this.#order = order
    this.#context = context
    this.#warn = channel.warn
    this.#abort = channel.abort
  }

  isOn(pool: Piscina): boolean {
    return this.#pool === pool
  }

  /** Executes the run; resolves to null if it was terminated. */
  async on(pool: Piscina): Promise<Settlement | null> {
    this.#pool = pool
    if (this.#isEnded) return null
    const { signal } = this.#context
    const state = newState()
    const passOn = (): void => {
      if (tryPrevent(state)) return this.fail(signal.reason)
      this.#abort({ key: this.key, reason: toClonedError(signal.reason, 'thread') })
      markAborted(state)
    }
    try {
      if (signal.aborted) throw signal.reason
      signal.addEventListener('abort', passOn, { once: true })
      const given: ThreadOrder = { key: this.key, state, order: this.#order }
      const result = pool.run(given, { signal: this.#ending.signal }) as Promise<FromThread>
      const { settlement, messages } = await Promise.race([result, this.#failure.promise])
      await this.#lastMessages(messages)
      return settlement === null ? { kind: 'threw', error: signal.reason } : fromCloned(settlement)
    } catch (error) {
      return this.#isEnded ? null : { kind: 'threw', error: this.#explain(error) }
    } finally {
      signal.removeEventListener('abort', passOn)
    }
  }

  receive(message: FromWorker): void {
    this.#received += 1
    handleWorkerMessage(message, this.#context, this.#warn)
    this.#nextMessage?.resolve()
  }

  fail(error: unknown): void {
    this.#failure.reject(error)
    // Removed from the queue: otherwise a thread that starts later would still execute it.
    this.#ending.abort()
  }

  /** Terminates the thread of the run; passes the threads that were terminated to `onEnded`. */
  end(onEnded: (threads: readonly Worker[]) => void): void {
    const before = this.#pool?.threads ?? []
    this.#isEnded = true
    this.#ending.abort()
    const after = new Set(this.#pool?.threads ?? [])
    this.#nextMessage?.resolve()
    onEnded(before.filter((thread) => !after.has(thread)))
  }

  /** Waits until all messages of the run have arrived: they use another channel than the result, and may come later. */
  async #lastMessages(count: number): Promise<void> {
    while (this.#received < count && !this.#isEnded) {
      this.#nextMessage = createDeferred()
      await this.#nextMessage.promise
    }
  }

  #explain(error: unknown): unknown {
    const { name, message } = (error ?? {}) as Partial<Error>
    const exit = /^worker exited with code: (\d+)$/.exec(String(message))
    if (exit !== null)
      return new ExitError(
        `The thread of task '${this.#context.task}' ended without a result: process.exit(${exit[1]}) was called in it.`,
        { exitCode: Number(exit[1]) },
      )
    return name === 'DataCloneError' ? sendFailure(this.#context, 'thread', error) : error
  }
}
