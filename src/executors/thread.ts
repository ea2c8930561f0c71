/**
 * Work in threads: module work and code, on a pool of threads that are kept and used again (Piscina), or on one of their
 * own. A thread is told to end by the run's signal; when the grace is over it is ended, whatever it does.
 */
import { once } from 'node:events'
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Settlement } from '../../machines/run.machine.ts'
import { ExitError } from '../errors.ts'
import type { ExecutionContext, ExecutionHandle, Executor, Warn } from './executor.ts'
import { farFile } from './far-file.ts'
import { type CrossedSettlement, type FarOrder, fromCrossed, isFromFar, toCrossedError } from './messages.ts'
import { hear, tellStray, toFarOrder, unsent } from './near-side.ts'
import { realClock, within } from './real-clock.ts'

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
  readonly #runs = new Set<ThreadRun>()
  /** What is on its way out: threads that were told to go, pools that are being taken down. */
  readonly #leaving = new Set<Promise<unknown>>()
  #kept: Promise<Piscina> | null = null

  constructor(warn: Warn) {
    this.#warn = warn
  }

  execute(
    work: unknown,
    args: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
    settle: (settlement: Settlement) => void,
  ): ExecutionHandle | undefined {
    let order: FarOrder
    try {
      order = toFarOrder(work, args, context, 'thread')
    } catch (error) {
      settle({ kind: 'threw', error })
      return undefined
    }
    const run = new ThreadRun(order, context, this.#warn)
    this.#runs.add(run)
    void this.#carry(run, order).then((settlement) => {
      this.#runs.delete(run)
      if (settlement !== null) settle(settlement)
    })
    return { end: () => run.end((threads) => this.#awaitExit(threads)) }
  }

  async close(): Promise<void> {
    const kept = this.#kept
    this.#kept = null
    if (kept !== null) this.#leave(kept.then((pool) => pool.destroy()))
    if (await within(closeMs, Promise.allSettled([...this.#leaving]))) return
    this.#warn(
      'thread',
      `Threads still run ${closeMs} ms after they were ended: a call of the machine holds them.`,
    )
  }

  async #carry(run: ThreadRun, { work }: FarOrder): Promise<Settlement | null> {
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
    const { Piscina } = await import('piscina')
    const pool = new Piscina({
      filename: farFile('thread-side'),
      name: 'runInThread',
      minThreads: 0,
      maxThreads,
      idleTimeout: idleMs,
      // A thread that waits by Atomics is deaf to everything else: timers and sockets that a run left would stand still.
      atomics: 'disabled',
      // Said aloud, so that NODE_OPTIONS set at run time (a loader) hold for threads as they do for processes.
      env: { ...process.env } as Record<string, string>,
      ...(maxMemoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb } }),
    })
    pool.on('message', (message: unknown) => {
      if (isFromFar(message) && message.type === 'stray') tellStray(message, this.#warn)
    })
    pool.on('error', (error: unknown) => {
      this.#warn('thread', 'A thread failed outside of any run.', { error })
      this.#failStranded(pool, error)
    })
    pool.on('workerDestroy', () => this.#failStranded(pool, null))
    return pool
  }

  /** Runs wait for threads that start; if these die at their start (a loader that throws), nobody would ever tell. */
  #failStranded(pool: Piscina, error: unknown): void {
    realClock.defer(() => {
      if (pool.threads.length > 0) return
      for (const run of this.#runs)
        if (run.isOn(pool))
          run.fail(error ?? new ExitError('The thread ended before its run began.', { exitCode: null }))
    })
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

/** One run in a thread. */
class ThreadRun {
  readonly #order: FarOrder
  readonly #context: ExecutionContext
  readonly #warn: Warn
  readonly #ending = new AbortController()
  #pool: Piscina | null = null
  #fail: ((error: unknown) => void) | null = null
  #isEnded = false

  constructor(order: FarOrder, context: ExecutionContext, warn: Warn) {
    this.#order = order
    this.#context = context
    this.#warn = warn
  }

  isOn(pool: Piscina): boolean {
    return this.#pool === pool
  }

  /** Carries it out; resolves to null when it was ended from outside. */
  async on(pool: Piscina): Promise<Settlement | null> {
    this.#pool = pool
    if (this.#isEnded) return null
    const { port1: near, port2: far } = new MessageChannel()
    const { signal } = this.#context
    const passOn = (): void =>
      near.postMessage({ type: 'abort', reason: toCrossedError(signal.reason, 'thread') })
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    try {
      near.on('message', (message: unknown) => this.#hear(message))
      if (signal.aborted) passOn()
      else signal.addEventListener('abort', passOn, { once: true })
      const carried = pool.run(
        { order: this.#order, port: far },
        { transferList: [far], signal: this.#ending.signal },
      )
      const settlement = (await Promise.race([carried, failed])) as CrossedSettlement
      // What it said last may still lie in the port: it is heard before the run is over.
      this.#drain(near)
      return fromCrossed(settlement)
    } catch (error) {
      this.#drain(near)
      return this.#isEnded ? null : { kind: 'threw', error: this.#explain(error) }
    } finally {
      signal.removeEventListener('abort', passOn)
      near.close()
    }
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
    onEnded(before.filter((thread) => !after.has(thread)))
  }

  #hear(message: unknown): void {
    if (isFromFar(message)) hear(message, this.#context, this.#warn)
  }

  #drain(port: MessagePort): void {
    for (let left = receiveMessageOnPort(port); left !== undefined; left = receiveMessageOnPort(port))
      this.#hear(left.message)
  }

  #explain(error: unknown): unknown {
    const { name, message } = error as Error
    const exit = /^worker exited with code: (\d+)$/.exec(String(message))
    if (exit !== null)
      return new ExitError(
        `The thread of task '${this.#context.task}' ended without a result: process.exit(${exit[1]}) was called in it.`,
        { exitCode: Number(exit[1]) },
      )
    return name === 'DataCloneError' ? unsent(this.#context, 'thread', error) : error
  }
}
