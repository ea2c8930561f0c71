/** Runs by hand: they are checked, queued, deduplicated by key, and never wait for themselves. */
import type { ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import { SetupError } from '../../errors/errors.ts'
import { insideRun } from '../../executors/current-run.ts'
import type { Interval } from '../../time/zone/interval.ts'
import type { Received } from '../actors/provide.ts'
import type { RunHandle, RunOutcome } from '../api/task.ts'
import type { Execution } from '../api/task-options.ts'
import { checkedParams } from '../options/param-schema.ts'
import { checkKeys } from '../options/validators.ts'
import type { Runs } from '../runs/run-effects.ts'
import { newRunId } from '../runs/run-id.ts'
import type { Request } from '../state/requests.ts'
import { PendingRun } from '../state/run-handle.ts'
import type { Core } from '../state/session-state.ts'
import type { QueuedRun, RunSlot, TaskEntry } from '../state/task-state.ts'
import type { Launcher } from './launcher.ts'
import { warnOfWait } from './waiting-runs.ts'

/** How a run by hand is asked for. */
export interface RunRequest {
  readonly params?: ParamValues | undefined
  readonly key?: string | undefined
  readonly execution?: Execution | undefined
  readonly trigger?: RunTrigger
  readonly value?: unknown
  /** The period it is to run for: a missed one. */
  readonly period?: Interval
  /** Its id, where it has one already: a run that waited in an earlier process. */
  readonly runId?: string
  /** Its handle, where it has one already. */
  readonly pending?: PendingRun | undefined
}

const skipped = 'skipped: a run of the task lives already'

export class RunQueue {
  readonly #core: Core
  readonly #runs: Runs
  readonly #launcher: Launcher

  constructor(core: Core, runs: Runs, launcher: Launcher) {
    this.#core = core
    this.#runs = runs
    this.#launcher = launcher
  }

  /**
   * The id and the handle of a run that a command is to queue; those of the waiting or live run that has its key already. Throws if
   * its params are wrong.
   */
  prepare(
    entry: TaskEntry,
    { params, key, runId }: Pick<RunRequest, 'params' | 'key' | 'runId'>,
  ): { runId: string; pending: PendingRun } & Pick<Request, 'params' | 'isTwin'> {
    const twin = key === undefined ? undefined : this.#twinOf(entry, key)
    if (twin !== undefined) return { runId: twin.runId, pending: twin, isTwin: true }
    const checked = this.#checkedParams(entry, params)
    const id = runId ?? newRunId(this.#core, entry, checked instanceof Promise ? {} : checked)
    return { runId: id, pending: this.pendingOf(entry, id, key), params: checked }
  }

  /** A handle of a run that is not queued yet. */
  pendingOf(entry: TaskEntry, runId: string, key?: string): PendingRun {
    const asker = insideRun()?.runId
    const pending: PendingRun = new PendingRun(runId, {
      terminate: () => {
        if (this.#has(entry, runId)) this.#takeBack(entry, runId)
        else pending.settle(takenBack(runId))
      },
      checkWait: () => this.#checkWait(entry, pending, asker),
    })
    pending.key = key
    return pending
  }

  /** The effect of `task.run`: queues the run, and answers. A waiting or live run with its id is that run. */
  readonly accept = ({ context, event }: Received<'task.run'>): void => {
    const { requests, byId } = this.#core
    const entry = byId.get(context.id)
    if (entry === undefined) return
    if (event.runId !== undefined && this.#has(entry, event.runId)) return requests.accept(event)
    const request = requests.of(event)
    // Taken back, or refused to its own caller, while the command was on its way.
    if (request?.pending?.isSettled === true) return requests.accept(event)
    let params: ParamValues | Promise<ParamValues>
    try {
      params = request?.params ?? this.#checkedParams(entry, event.params)
    } catch (error) {
      return requests.refuse(event, error)
    }
    const runId = event.runId ?? newRunId(this.#core, entry, {})
    const queued = toQueued(runId, event as RunRequest, request?.pending)
    entry.queue.push(queued)
    requests.accept(event)
    this.#queued(entry, queued, params)
  }

  /** Queues a run that no command asks for: one that was missed, lost with its process, or kept from an earlier one. */
  ask(entry: TaskEntry, request: RunRequest = {}): RunHandle {
    const twin = request.key === undefined ? undefined : this.#twinOf(entry, request.key)
    if (twin !== undefined) return twin.handle
    const params = this.#checkedParams(entry, request.params)
    const runId = request.runId ?? newRunId(this.#core, entry, params instanceof Promise ? {} : params)
    const pending = request.pending ?? this.pendingOf(entry, runId, request.key)
    const queued = toQueued(runId, request, pending)
    entry.queue.push(queued)
    this.#queued(entry, queued, params)
    return pending.handle
  }

  #queued(entry: TaskEntry, queued: QueuedRun, params: ParamValues | Promise<ParamValues>): void {
    if (this.#core.waitsForStart) warnOfWait(this.#core, entry.name)
    if (!(params instanceof Promise)) return this.#ready(entry, queued, params)
    params.then(
      (checked) => this.#ready(entry, queued, checked),
      (error) => {
        if (takeOut(entry, queued)) queued.pending?.refuse(error)
        this.#launcher.consider(entry)
      },
    )
  }

  #has(entry: TaskEntry, runId: string): boolean {
    return (
      entry.queue.some((queued) => queued.runId === runId) || entry.live.some((slot) => slot.runId === runId)
    )
  }

  /** The params are checked: the run may be launched. It may have been taken back, or refused with its task, meanwhile. */
  #ready(entry: TaskEntry, queued: QueuedRun, params: ParamValues): void {
    if (!entry.queue.includes(queued)) return
    const { runId, pending } = queued
    if (!this.#makesWay(entry, queued)) {
      takeOut(entry, queued)
      return pending?.settle({ runId, action: 'inaction', reason: skipped })
    }
    queued.params = params
    queued.isReady = true
    this.#core.news.tell({ type: 'run.queued', task: entry.name, runId, at: this.#core.clock.now() })
    this.#launcher.consider(entry)
  }

  /** What lives and waits makes way for a run that replaces it; true if the run may be queued. */
  #makesWay(entry: TaskEntry, queued: QueuedRun): boolean {
    const { overlap = 'wait' } = entry.definition.options
    const isFree = entry.queue[0] === queued && this.#launcher.hasRoom(entry)
    if (overlap === 'wait' || isFree) return true
    if (overlap === 'skip') return false
    this.takeBackAll(entry, queued)
    this.#runs.terminate(entry, 'replaced')
    return true
  }

  #twinOf(entry: TaskEntry, key: string): PendingRun | undefined {
    const waiting = entry.queue.find((queued) => queued.key === key)?.pending
    const live = entry.live.find((slot) => slot.pending?.key === key)?.pending
    return waiting ?? live ?? this.#core.requests.withKey(entry.name, key)
  }

  #checkedParams(entry: TaskEntry, params: ParamValues = {}): ParamValues | Promise<ParamValues> {
    if (typeof params !== 'object' || params === null || Array.isArray(params))
      checkKeys(params, {}, 'params of a run')
    return checkedParams(entry.name, entry.definition.options, params)
  }

  /** Takes back a queued run, or tells a living one to end. */
  #takeBack(entry: TaskEntry, runId: string): void {
    const place = entry.queue.findIndex((queued) => queued.runId === runId)
    if (place < 0) return this.#runs.terminate(entry, 'asked', runId)
    const [queued] = entry.queue.splice(place, 1)
    queued?.pending?.settle(takenBack(runId))
    this.#core.stateChanged()
  }

  /** Its asker may not wait for it: were it run all the same, work that awaits its own task would run for ever. */
  #refuse(entry: TaskEntry, pending: PendingRun, error: unknown): void {
    if (entry.live.some(({ runId }) => runId === pending.runId)) return
    const queued = entry.queue.find(({ runId }) => runId === pending.runId)
    if (queued !== undefined) takeOut(entry, queued)
    pending.refuse(error)
    this.#core.stateChanged()
  }

  /** Takes back all queued runs of a task, but the one that they make way for. */
  takeBackAll(entry: TaskEntry, but?: QueuedRun): void {
    for (const queued of [...entry.queue]) if (queued !== but) this.#takeBack(entry, queued.runId)
  }

  /** Whether the caller is inside a living run of the task. */
  isInsideRunOf(entry: TaskEntry): boolean {
    const inside = insideRun()
    return inside !== undefined && entry.live.some((slot) => slot.runId === inside.runId)
  }

  /** Throws if whoever now begins to wait for the run is itself what the run waits for. */
  #checkWait(target: TaskEntry, pending: PendingRun, asker: string | undefined): void {
    const { runId } = pending
    const inside = insideRun()
    if (inside === undefined) return
    const caller = this.#slotOf(inside.task, inside.runId)
    if (caller === undefined) return
    if (this.#waitsFor(target, caller, new Set())) {
      const error = new SetupError(
        `Cannot wait for task '${target.name}' within a run that it waits for itself: '${inside.task}' (${inside.runId}). Run it without waiting, or set concurrency: true.`,
      )
      if (inside.runId === asker) this.#refuse(target, pending, error)
      throw error
    }
    // The run itself stays: it is launched when the main work has ended, and so are those that nobody meant to wait for.
    const lives = target.live.some((slot) => slot.runId === runId)
    if (!lives && this.#core.executors.get(caller.execution)?.isExclusive === true)
      throw new SetupError(
        `Cannot wait for task '${target.name}' within main work as nothing launches until that ends: run it without waiting`,
      )
    caller.waitsFor.add(target.name)
  }

  /** Whether a run of the task has to wait, over any number of steps, for that run to end. */
  #waitsFor(task: TaskEntry, run: RunSlot, seen: Set<TaskEntry>): boolean {
    if (seen.has(task)) return false
    seen.add(task)
    if (task === run.entry && !this.#launcher.hasRoom(task)) return true
    for (const slot of task.live)
      for (const name of slot.waitsFor) {
        const next = this.#core.entries.get(name)
        if (next !== undefined && this.#waitsFor(next, run, seen)) return true
      }
    return false
  }

  #slotOf(task: string, runId: string): RunSlot | undefined {
    return this.#core.entries.get(task)?.live.find((slot) => slot.runId === runId)
  }
}

const takenBack = (runId: string): RunOutcome => ({
  runId,
  action: 'terminate',
  reason: 'taken back before it started',
})

function toQueued(runId: string, request: RunRequest, pending: PendingRun | undefined): QueuedRun {
  return {
    runId,
    params: {},
    isReady: false,
    key: request.key,
    trigger: request.trigger ?? 'manual',
    execution: request.execution,
    pending,
    value: request.value,
    period: request.period,
  }
}

/** Takes a run out of the line; false if it is there no more. */
function takeOut(entry: TaskEntry, queued: QueuedRun): boolean {
  const place = entry.queue.indexOf(queued)
  if (place >= 0) entry.queue.splice(place, 1)
  return place >= 0
}
