/**
 * The executor of processes: module work and code, each run in a separate process (`fresh: false` keeps it for the next run). No
 * process of a run outlives the worker process: all are in the same group and end with it.
 */
import { once } from 'node:events'
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Undo } from '../../clock/clock.ts'
import { ExitError } from '../../errors/errors.ts'
import { createDeferred, type Deferred } from '../../values/deferred.ts'
import { restGuard } from '../child/orphan-guard.ts'
import { type Exit, ProcessGroup } from '../child/process-group.ts'
import type { ExecutionContext, ExecutionHandle, Executor, Warn } from '../executor.ts'
import { backgroundClock, within } from '../host-clock.ts'
import { entryPath } from '../isolated/entry-path.ts'
import { handleWorkerMessage, reportStrayError, sendFailure, toWorkerOrder } from '../isolated/host.ts'
import {
  type ClonedSettlement,
  fromCloned,
  isFromWorker,
  type ToProcess,
  toClonedError,
  type WorkerOrder,
} from '../isolated/protocol.ts'

/** The time after which an idle process is ended, ms. */
const idleMs = 30_000
/** The time for a settled process to print its remaining output and exit, and to read the channel of an exited one, ms. */
const lastOutputMs = 2000

/** Creates the executor of processes. No process is started before the first run. */
export function createProcessExecutor(warn: Warn): Executor {
  return new ProcessExecutor(warn)
}

class ProcessExecutor implements Executor {
  readonly kind = 'process'
  readonly isExclusive = false
  readonly slots = 'maxProcesses'
  readonly #warn: Warn
  readonly #live = new Set<WorkerProcess>()
  readonly #idle = new Map<WorkerProcess, Undo>()

  constructor(warn: Warn) {
    this.#warn = warn
  }

  execute(
    work: unknown,
    args: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
    settle: (settlement: Settlement) => void,
  ): ExecutionHandle | undefined {
    try {
      const order = toWorkerOrder(work, args, context, 'process')
      const { work: what } = order
      const maxMemoryMb = what.kind === 'module' ? what.maxMemoryMb : undefined
      const isOnly = what.kind === 'code' || what.fresh !== false || maxMemoryMb !== undefined
      const worker = isOnly ? this.#start(maxMemoryMb) : (this.#takeIdle() ?? this.#start())
      void worker.execute(order, isOnly, context).then((settlement) => {
        if (!isOnly && !worker.isEnding) this.#keep(worker)
        if (settlement !== null) settle(settlement)
      })
      return { end: () => void worker.end() }
    } catch (error) {
      settle({ kind: 'threw', error })
      return undefined
    }
  }

  async close(): Promise<void> {
    for (const undo of this.#idle.values()) undo()
    this.#idle.clear()
    await Promise.all([...this.#live].map((worker) => worker.end()))
    await restGuard()
  }

  #start(maxMemoryMb?: number): WorkerProcess {
    const worker = new WorkerProcess(this.#warn, maxMemoryMb)
    this.#live.add(worker)
    void worker.group.exited.then(() => {
      this.#live.delete(worker)
      this.#idle.get(worker)?.()
      this.#idle.delete(worker)
    })
    return worker
  }

  #takeIdle(): WorkerProcess | undefined {
    for (const [worker, undo] of this.#idle) {
      undo()
      this.#idle.delete(worker)
      return worker
    }
    return undefined
  }

  #keep(worker: WorkerProcess): void {
    const undo = backgroundClock.callAfter(idleMs, () => {
      this.#idle.delete(worker)
      void worker.end()
    })
    this.#idle.set(worker, undo)
  }
}

/** A worker process and its current run. */
class WorkerProcess {
  readonly group: ProcessGroup
  readonly #warn: Warn
  #context: ExecutionContext | null = null
  #settled: Deferred<ClonedSettlement> | null = null
  #wasToldToEnd = false
  isEnding = false

  constructor(warn: Warn, maxMemoryMb: number | undefined) {
    this.#warn = warn
    const options = process.execArgv.filter((option) => !option.startsWith('--inspect'))
    if (maxMemoryMb !== undefined) options.push(`--max-old-space-size=${Math.ceil(maxMemoryMb)}`)
    // The leader of a group: its descendants can be ended with it, and Ctrl-C does not reach it before the session.
    this.group = new ProcessGroup([process.execPath, ...options, entryPath('process')], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env },
    })
    const { child } = this.group
    child.on('message', (message: unknown) => this.#receive(message))
    void this.group.exited.then(() => {
      this.isEnding = true
    })
  }

  /** Executes one run; resolves to null if it was terminated. */
  async execute(order: WorkerOrder, isOnly: boolean, context: ExecutionContext): Promise<Settlement | null> {
    this.#context = context
    const { signal } = context
    const passOn = (): void =>
      this.#send({ type: 'abort', reason: toClonedError(signal.reason, 'process') }, () => {})
    const settled = createDeferred<ClonedSettlement>()
    this.#settled = settled
    const unsendable = createDeferred<Settlement>()
    this.#send({ type: 'run', order, isOnly }, (cause) =>
      unsendable.resolve({ kind: 'threw', error: sendFailure(context, 'process', cause) }),
    )
    if (signal.aborted) passOn()
    else signal.addEventListener('abort', passOn, { once: true })
    const died = this.#gone().then((exit): Settlement => ({ kind: 'threw', error: this.#deathOf(exit) }))
    const settlement = await Promise.race([settled.promise.then(fromCloned), unsendable.promise, died])
    signal.removeEventListener('abort', passOn)
    this.#context = null
    this.#settled = null
    const wasEnded = this.#wasToldToEnd
    // The process exits by itself now; the run is over when it and its descendants are gone.
    if (isOnly) await this.group.killUnlessGone(lastOutputMs)
    return wasEnded ? null : settlement
  }

  /** Resolves after the exit and all messages: the exit event may overtake a result that is still in the channel. */
  async #gone(): Promise<Exit> {
    const exit = await this.group.exited
    const { child } = this.group
    if (child.connected) await within(lastOutputMs, once(child, 'disconnect'))
    return exit
  }

  async end(): Promise<void> {
    this.isEnding = true
    this.#wasToldToEnd = true
    await this.group.end()
  }

  #receive(message: unknown): void {
    if (!isFromWorker(message)) return
    if (message.type === 'stray') return reportStrayError(message, this.#warn)
    if (this.#context === null) return
    if (message.type === 'settled') this.#settled?.resolve(message.settlement)
    else handleWorkerMessage(message, this.#context, this.#warn)
  }

  #send(message: ToProcess, failed: (cause: unknown) => void): void {
    try {
      this.group.child.send(message, (problem) => {
        // For an exited process the exit is more informative.
        if (problem !== null && this.group.child.connected) failed(problem)
      })
    } catch (problem) {
      failed(problem)
    }
  }

  #deathOf({ exitCode, exitSignal, error }: Exit): unknown {
    if (error !== undefined) return error
    const how = exitSignal === null ? `it exited with ${exitCode}` : `${exitSignal} ended it`
    return new ExitError(
      `The process of task '${this.#context?.task ?? ''}' ended without a result: ${how}.`,
      { exitCode, exitSignal },
    )
  }
}
