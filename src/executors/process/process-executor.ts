/**
 * Work in processes: module work and code, each run in a process of its own (`fresh: false` keeps it for the next). Nothing
 * that a run leaves behind outlives its process: what it started is in the same group and ends with it.
 */
import { once } from 'node:events'
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Undo } from '../../clock/clock.ts'
import { ExitError } from '../../errors/errors.ts'
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

/** An idle process is let go after this. */
const idleMs = 30_000
/** A process that has settled prints what is left and goes within this; the line of one that has gone is read to its end. */
const lastWordsMs = 2000

/** Makes the executor for processes. Nothing is started before the first run. */
export function createProcessExecutor(warn: Warn): Executor {
  return new ProcessExecutor(warn)
}

class ProcessExecutor implements Executor {
  readonly kind = 'process'
  readonly isExclusive = false
  readonly slots = 'maxProcesses'
  readonly #warn: Warn
  readonly #living = new Set<WorkerProcess>()
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
      const far = isOnly ? this.#start(maxMemoryMb) : (this.#takeIdle() ?? this.#start())
      void far.carry(order, isOnly, context).then((settlement) => {
        if (!isOnly && !far.isEnding) this.#keep(far)
        if (settlement !== null) settle(settlement)
      })
      return { end: () => void far.end() }
    } catch (error) {
      settle({ kind: 'threw', error })
      return undefined
    }
  }

  async close(): Promise<void> {
    for (const undo of this.#idle.values()) undo()
    this.#idle.clear()
    await Promise.all([...this.#living].map((far) => far.end()))
    await restGuard()
  }

  #start(maxMemoryMb?: number): WorkerProcess {
    const far = new WorkerProcess(this.#warn, maxMemoryMb)
    this.#living.add(far)
    void far.group.exited.then(() => {
      this.#living.delete(far)
      this.#idle.get(far)?.()
      this.#idle.delete(far)
    })
    return far
  }

  #takeIdle(): WorkerProcess | undefined {
    for (const [far, undo] of this.#idle) {
      undo()
      this.#idle.delete(far)
      return far
    }
    return undefined
  }

  #keep(far: WorkerProcess): void {
    const undo = backgroundClock.callAfter(idleMs, () => {
      this.#idle.delete(far)
      void far.end()
    })
    this.#idle.set(far, undo)
  }
}

/** One process and the run it carries out. */
class WorkerProcess {
  readonly group: ProcessGroup
  readonly #warn: Warn
  #context: ExecutionContext | null = null
  #settled: ((settlement: ClonedSettlement) => void) | null = null
  #wasToldToEnd = false
  isEnding = false

  constructor(warn: Warn, maxMemoryMb: number | undefined) {
    this.#warn = warn
    const options = process.execArgv.filter((option) => !option.startsWith('--inspect'))
    if (maxMemoryMb !== undefined) options.push(`--max-old-space-size=${Math.ceil(maxMemoryMb)}`)
    // The leader of a group: what it starts can be ended with it, and Ctrl-C does not reach it before us.
    this.group = new ProcessGroup([process.execPath, ...options, entryPath('process')], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env },
    })
    const { child } = this.group
    child.on('message', (message: unknown) => this.#hear(message))
    void this.group.exited.then(() => {
      this.isEnding = true
    })
  }

  /** Carries out one run; resolves to null when it was ended from outside. */
  async carry(order: WorkerOrder, isOnly: boolean, context: ExecutionContext): Promise<Settlement | null> {
    this.#context = context
    const { signal } = context
    const passOn = (): void =>
      this.#send({ type: 'abort', reason: toClonedError(signal.reason, 'process') }, () => {})
    const settled = new Promise<ClonedSettlement>((resolve) => {
      this.#settled = resolve
    })
    const unsendable = new Promise<Settlement>((resolve) => {
      this.#send({ type: 'run', order, isOnly }, (cause) =>
        resolve({ kind: 'threw', error: sendFailure(context, 'process', cause) }),
      )
    })
    if (signal.aborted) passOn()
    else signal.addEventListener('abort', passOn, { once: true })
    const died = this.#gone().then((exit): Settlement => ({ kind: 'threw', error: this.#deathOf(exit) }))
    const settlement = await Promise.race([settled.then(fromCloned), unsendable, died])
    signal.removeEventListener('abort', passOn)
    this.#context = null
    this.#settled = null
    const wasEnded = this.#wasToldToEnd
    // It goes by itself now; the run is over when it is gone, and all that it had started.
    if (isOnly) await this.group.killUnlessGone(lastWordsMs)
    return wasEnded ? null : settlement
  }

  /** Its end, when all that it said has been heard: the news of an exit may overtake a result that lies in the line. */
  async #gone(): Promise<Exit> {
    const exit = await this.group.exited
    const { child } = this.group
    if (child.connected) await within(lastWordsMs, once(child, 'disconnect'))
    return exit
  }

  async end(): Promise<void> {
    this.isEnding = true
    this.#wasToldToEnd = true
    await this.group.end()
  }

  #hear(message: unknown): void {
    if (!isFromWorker(message)) return
    if (message.type === 'stray') return reportStrayError(message, this.#warn)
    if (this.#context === null) return
    if (message.type === 'settled') this.#settled?.(message.settlement)
    else handleWorkerMessage(message, this.#context, this.#warn)
  }

  #send(message: ToProcess, failed: (cause: unknown) => void): void {
    try {
      this.group.child.send(message, (problem) => {
        // Of a process that is gone its exit tells more.
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
