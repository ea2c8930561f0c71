/** One run in a thread: what goes out, what is heard of it, and its end. */
import type { Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Settlement } from '../../../machines/run.machine.ts'
import { ExitError } from '../../errors/errors.ts'
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

/** How a run reaches its threads and its session. */
export interface ThreadChannel {
  readonly warn: Warn
  readonly tell: (message: ToThreads) => void
}

/** One run in a thread. */
export class ThreadRun {
  readonly key: number
  readonly #order: WorkerOrder
  readonly #context: ExecutionContext
  readonly #warn: Warn
  readonly #tell: (message: ToThreads) => void
  readonly #ending = new AbortController()
  #pool: Piscina | null = null
  #fail: ((error: unknown) => void) | null = null
  #isEnded = false
  #heard = 0
  /** Called at each thing heard while its last words are waited for. */
  #onHeard: (() => void) | null = null

  constructor(key: number, order: WorkerOrder, context: ExecutionContext, line: ThreadChannel) {
    this.key = key
    this.#order = order
    this.#context = context
    this.#warn = line.warn
    this.#tell = line.tell
  }

  isOn(pool: Piscina): boolean {
    return this.#pool === pool
  }

  /** Carries it out; resolves to null when it was ended from outside. */
  async on(pool: Piscina): Promise<Settlement | null> {
    this.#pool = pool
    if (this.#isEnded) return null
    const { signal } = this.#context
    const state = newState()
    const passOn = (): void => {
      if (tryPrevent(state)) return this.fail(signal.reason)
      this.#tell({ key: this.key, reason: toClonedError(signal.reason, 'thread') })
      markAborted(state)
    }
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    try {
      if (signal.aborted) throw signal.reason
      signal.addEventListener('abort', passOn, { once: true })
      const given: ThreadOrder = { key: this.key, state, order: this.#order }
      const carried = pool.run(given, { signal: this.#ending.signal }) as Promise<FromThread>
      const { settlement, said } = await Promise.race([carried, failed])
      await this.#lastWords(said)
      return settlement === null ? { kind: 'threw', error: signal.reason } : fromCloned(settlement)
    } catch (error) {
      return this.#isEnded ? null : { kind: 'threw', error: this.#explain(error) }
    } finally {
      signal.removeEventListener('abort', passOn)
    }
  }

  hear(message: FromWorker): void {
    this.#heard += 1
    handleWorkerMessage(message, this.#context, this.#warn)
    this.#onHeard?.()
  }

  fail(error: unknown): void {
    this.#fail?.(error)
    // Taken back, or a thread that starts later would still carry it out.
    this.#ending.abort()
  }

  /** Ends its thread; tells which threads that were. */
  end(onEnded: (threads: readonly Worker[]) => void): void {
    const before = this.#pool?.threads ?? []
    this.#isEnded = true
    this.#ending.abort()
    const after = new Set(this.#pool?.threads ?? [])
    this.#onHeard?.()
    onEnded(before.filter((thread) => !after.has(thread)))
  }

  /** Waits until all that it said has been heard: that comes by another line than the result, and may come later. */
  async #lastWords(said: number): Promise<void> {
    while (this.#heard < said && !this.#isEnded)
      await new Promise<void>((resolve) => {
        this.#onHeard = resolve
      })
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
