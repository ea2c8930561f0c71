/**
 * Work in threads: module work and code, on a pool of threads that are kept and used again (Piscina), or on one of their
 * own. A thread is told to end by the run's signal; when the grace is over it is ended, whatever it does.
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

/** An idle thread is let go after this. */
const idleMs = 30_000
/** Piscina's own bound; how many runs live at once is the session's to decide. */
const maxThreads = 10_000
/** A thread that is inside a call of the machine ends only when that returns; a session does not wait for ever. */
const closeMs = 5000

/** Makes the executor for threads. Nothing is started, or even loaded, before the first run. */
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
  /** What is on its way out: threads that were told to go, pools that are being taken down. */
  readonly #leaving = new Set<Promise<unknown>>()
  /** The line to all threads has a name of its own in this process. */
  readonly #name = `gantry-${crypto.randomUUID()}`
  #channel: BroadcastChannel | null = null
  #kept: Promise<Piscina> | null = null
  readonly #line: ThreadChannel

  constructor(warn: Warn) {
    this.#warn = warn
    this.#line = { warn, tell: (message) => this.#tell(message) }
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
    const run = new ThreadRun(++this.#lastKey, order, context, this.#line)
    this.#runs.set(run.key, run)
    void this.#carry(run, order).then((settlement) => {
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
      `Threads still run ${closeMs} ms after they were ended: a call of the machine holds them.`,
    )
  }

  async #carry(run: ThreadRun, { work }: WorkerOrder): Promise<Settlement | null> {
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
      // The next run tries again: what was missing may be there by then.
      this.#kept = null
      throw error
    })
    return this.#kept
  }

  async #open(maxMemoryMb?: number): Promise<Piscina> {
    // First, since in a bundle it says what is wrong; the library would only say that it cannot be required.
    const filename = entryPath('thread')
    const { Piscina } = await import('piscina')
    const pool = new Piscina({
      filename,
      name: 'runInThread',
      workerData: { line: this.#name },
      minThreads: 0,
      maxThreads,
      idleTimeout: idleMs,
      // A thread that waits by Atomics is deaf to everything else: timers and sockets that a run left would stand still.
      atomics: 'disabled',
      // Said aloud, so that NODE_OPTIONS set at run time (a loader) hold for threads as they do for processes.
      env: { ...process.env } as Record<string, string>,
      ...(maxMemoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb } }),
    })
    pool.on('message', (said: unknown) => this.#hear(said))
    let failure: unknown
    pool.on('error', (error: unknown) => {
      failure = error
      this.#warn('thread', 'A thread failed outside of any run.', { error })
    })
    // Told before the error that was the reason, so looked at later.
    pool.on('workerDestroy', () => realClock.defer(() => this.#failStranded(pool, failure)))
    return pool
  }

  /** The line of a thread is open to the work, too: what is not one of our words is nobody's. */
  #hear(said: unknown): void {
    const { key, message } = (said ?? {}) as Partial<ThreadMessage>
    if (typeof key !== 'number' || !isFromWorker(message)) return
    if (message.type === 'stray') reportStrayError(message, this.#warn)
    else this.#runs.get(key)?.hear(message)
  }

  #tell(message: ToThreads): void {
    if (this.#channel === null) {
      this.#channel = new BroadcastChannel(this.#name)
      this.#channel.unref()
    }
    this.#channel.postMessage(message)
  }

  /** Runs wait for threads that start; if these die at their start (a loader that throws), nobody would ever tell. */
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
