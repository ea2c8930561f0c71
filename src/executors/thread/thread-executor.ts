/**
 * The executor of threads: module work and code, in a pool of reused threads (Piscina) or in a thread of the run alone. A run is
 * asked to end by its signal; when the grace period is over, its thread is terminated.
 */
import { once } from 'node:events'
import { BroadcastChannel, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Settlement } from '../../../machines/run.machine.ts'
import { ExitError } from '../../errors/errors.ts'
import type { ExecutionContext, ExecutionHandle, Executor, Warn } from '../executor.ts'
import { realClock, within } from '../host-clock.ts'
import { entryPath } from '../isolated/entry-path.ts'
import { reportStrayError, toWorkerOrder } from '../isolated/host.ts'
import { isFromWorker, type WorkerOrder } from '../isolated/protocol.ts'
import type { ThreadMessage, ToThreads } from './thread-channel.ts'
import { type ThreadChannel, ThreadRun } from './thread-run.ts'

/** The time after which an idle thread is ended, ms. */
const idleMs = 30_000
/** Piscina's limit; the session limits the number of live runs. */
const maxThreads = 10_000
/** The time to wait on closing, ms: a thread inside a native call ends only when that returns. */
const closeMs = 5000

/** Creates the executor of threads. Nothing is started, or even loaded, before the first run. */
export function createThreadExecutor(warn: Warn): Executor {
  return new ThreadExecutor(warn)
}

class ThreadExecutor implements Executor {
  readonly kind = 'thread'
  readonly isExclusive = false
  readonly slots = 'maxThreads'
  readonly #warn: Warn
  readonly #runs = new Map<number, ThreadRun>()
  #lastKey = 0
  /** Threads and pools that are being terminated. */
  readonly #leaving = new Set<Promise<unknown>>()
  /** The name of the channel to all threads, unique in this process. */
  readonly #name = `gantry-${crypto.randomUUID()}`
  #channel: BroadcastChannel | null = null
  #kept: Promise<Piscina> | null = null
  readonly #host: ThreadChannel

  constructor(warn: Warn) {
    this.#warn = warn
    this.#host = { warn, abort: (message) => this.#abort(message) }
  }

  execute(
    work: unknown,
    args: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
    settle: (settlement: Settlement) => void,
  ): ExecutionHandle | undefined {
    let order: WorkerOrder
    try {
      order = toWorkerOrder(work, args, context, 'thread')
    } catch (error) {
      settle({ kind: 'threw', error })
      return undefined
    }
    const run = new ThreadRun(++this.#lastKey, order, context, this.#host)
    this.#runs.set(run.key, run)
    void this.#execute(run, order).then((settlement) => {
      this.#runs.delete(run.key)
      if (settlement !== null) settle(settlement)
    })
    return { end: () => run.end((threads) => this.#awaitExit(threads)) }
  }

  async close(): Promise<void> {
    const kept = this.#kept
    this.#kept = null
    this.#channel?.close()
    this.#channel = null
    if (kept !== null) this.#leave(kept.then((pool) => pool.destroy()))
    if (await within(closeMs, Promise.allSettled([...this.#leaving]))) return
    this.#warn(
      'thread',
      `Threads are still running ${closeMs} ms after they were terminated: a native call blocks them.`,
    )
  }

  async #execute(run: ThreadRun, { work }: WorkerOrder): Promise<Settlement | null> {
    const maxMemoryMb = work.kind === 'module' ? work.maxMemoryMb : undefined
    const isOwn = work.kind === 'code' || work.fresh === true || maxMemoryMb !== undefined
    try {
      const pool = await (isOwn ? this.#open(maxMemoryMb) : this.#keptPool())
      const settlement = await run.on(pool)
      if (isOwn) this.#leave(pool.destroy())
      return settlement
    } catch (error) {
      return { kind: 'threw', error }
    }
  }

  #keptPool(): Promise<Piscina> {
    this.#kept ??= this.#open().catch((error) => {
      // The next run tries again: the cause may be gone by then.
      this.#kept = null
      throw error
    })
    return this.#kept
  }

  async #open(maxMemoryMb?: number): Promise<Piscina> {
    // First, as in a bundle this error states the cause; the library would only report that it cannot be required.
    const filename = entryPath('thread')
    const { Piscina } = await import('piscina')
    const pool = new Piscina({
      filename,
      name: 'runInThread',
      workerData: { channel: this.#name },
      minThreads: 0,
      maxThreads,
      idleTimeout: idleMs,
      // A thread that waits by Atomics does nothing else: timers and sockets that a run left would be blocked.
      atomics: 'disabled',
      // Explicit, so that NODE_OPTIONS set at run time (a loader) apply to threads as they do to processes.
      env: { ...process.env } as Record<string, string>,
      ...(maxMemoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb } }),
    })
    pool.on('message', (message: unknown) => this.#receive(message))
    let failure: unknown
    pool.on('error', (error: unknown) => {
      failure = error
      this.#warn('thread', 'A thread failed outside of any run.', { error })
    })
    // Emitted before the error that is the cause, so handled later.
    pool.on('workerDestroy', () => realClock.defer(() => this.#failStranded(pool, failure)))
    return pool
  }

  /** Handles a message. The work can post on the port of its thread, too, so messages in another format are ignored. */
  #receive(received: unknown): void {
    const { key, message } = (received ?? {}) as Partial<ThreadMessage>
    if (typeof key !== 'number' || !isFromWorker(message)) return
    if (message.type === 'stray') reportStrayError(message, this.#warn)
    else this.#runs.get(key)?.receive(message)
  }

  #abort(message: ToThreads): void {
    if (this.#channel === null) {
      this.#channel = new BroadcastChannel(this.#name)
      this.#channel.unref()
    }
    this.#channel.postMessage(message)
  }

  /** Fails runs that wait for threads that die at their start (for example, a loader throws): no other event reports that. */
  #failStranded(pool: Piscina, failure: unknown): void {
    if (pool.threads.length > 0) return
    const error = failure ?? new ExitError('The thread ended before its run began.', { exitCode: null })
    for (const run of this.#runs.values()) if (run.isOn(pool)) run.fail(error)
  }

  #awaitExit(threads: readonly Worker[]): void {
    for (const thread of threads) this.#leave(once(thread, 'exit'))
  }

  #leave(leaving: Promise<unknown>): void {
    const gone = leaving.then(
      () => {},
      () => {},
    )
    this.#leaving.add(gone)
    void gone.then(() => this.#leaving.delete(gone))
  }
}
