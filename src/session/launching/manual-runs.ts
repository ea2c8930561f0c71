/** Manual runs: checks, queueing, deduplication by key, and detection of runs that would wait for themselves. */
import type { Command } from '../../../machines/commands.ts'
import type { ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import type { Clock } from '../../clock/clock.ts'
import { SetupError } from '../../errors/errors.ts'
import { insideRun } from '../../executors/current-run.ts'
import type { Executor } from '../../executors/executor.ts'
import type { Interval } from '../../time/zone/interval.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Received } from '../actors/received.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { RunHandle, RunOutcome, SentAs } from '../api/task.ts'
import type { Execution } from '../api/task-options.ts'
import { hasRoom } from '../decision/limits.ts'
import type { ChangeSignal } from '../events/change-signal.ts'
import type { Configuration } from '../options/configuration.ts'
import { checkedParams } from '../options/param-schema.ts'
import { checkKeys } from '../options/validators.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Runs } from '../runs/run-effects.ts'
import { newRunId } from '../runs/run-id.ts'
import type { Journal } from '../state/journal.ts'
import type { Registry } from '../state/registry.ts'
import type { Request, Requests } from '../state/requests.ts'
import { PendingRun } from '../state/run-handle.ts'
import type { QueuedRun, RunSlot, TaskEntry } from '../state/task-state.ts'
import type { WaitingRuns } from './waiting-runs.ts'

/** The request for a manual run. */
export interface RunRequest {
  readonly params?: ParamValues | undefined
  readonly key?: string | undefined
  readonly execution?: Execution | undefined
  readonly trigger?: RunTrigger
  readonly value?: unknown
  /** The missed period to run for. */
  readonly period?: Interval
  /** The id of a run that has one already, since it waited in an earlier process. */
  readonly runId?: string
  /** The handle of the run, if it exists already. */
  readonly pending?: PendingRun | undefined
}

const skipped = 'skipped: a run of the task is already live'

export interface RunQueueDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly registry: Registry
  readonly requests: Requests
  readonly executors: ReadonlyMap<string, Executor>
  readonly stateChange: ChangeSignal
  readonly journal: Pick<Journal, 'queue'>
  readonly waitingRuns: Pick<WaitingRuns, 'warn'>
  readonly runs: Pick<Runs, 'terminate'>
  /** Sends a command to the session's actor. */
  readonly send: (command: Command) => unknown
  /** Sends an event to the workflow of a run. */
  readonly sendEvent: (entry: TaskEntry, event: unknown, runId: string) => Promise<SentAs>
}

export class RunQueue {
  readonly #deps: RunQueueDeps

  constructor(deps: RunQueueDeps) {
    this.#deps = deps
  }

  /**
   * The id and the handle of a run to queue by a command, or those of the waiting or live run with the same key. Throws
   * if the params are wrong.
   */
  prepare(
    entry: TaskEntry,
    { params, key, runId, pending }: Pick<RunRequest, 'params' | 'key' | 'runId' | 'pending'>,
  ): { runId: string; pending: PendingRun } & Pick<Request, 'params' | 'isTwin'> {
    const twin = key === undefined ? undefined : this.#twinOf(entry, key)
    if (twin !== undefined) return { runId: twin.runId, pending: twin, isTwin: true }
    const checked = this.#checkedParams(entry, params)
    const id = runId ?? newRunId(this.#deps, entry, checked instanceof Promise ? {} : checked)
    return { runId: id, pending: pending ?? this.pendingOf(entry, id, key), params: checked }
  }

  /** A handle of a run that is not queued yet. */
  pendingOf(entry: TaskEntry, runId: string, key?: string): PendingRun {
    const asker = insideRun()?.runId
    const pending: PendingRun = new PendingRun(runId, {
      terminate: () => {
        if (find(entry, runId) === undefined) pending.settle(takenBack(runId))
        // The runs of a removed task are already terminating.
        else if (!entry.isRemoved) this.#deps.send({ type: 'task.terminate', task: entry.name, runId })
      },
      send: (event) => this.#deps.sendEvent(entry, event, runId),
      checkWait: () => this.#checkWait(entry, pending, asker),
    })
    pending.key = key
    return pending
  }

  /**
   * The effect of `task.run`: queues the run and answers the command. A waiting or live run with the same id is that
   * run.
   */
  readonly accept = ({ context, event }: Received<'task.run'>): void => {
    const { requests, registry } = this.#deps
    const { byId } = registry
    const entry = byId.get(context.id)
    if (entry === undefined) return
    const request = requests.of(event)
    const same = event.runId === undefined ? undefined : find(entry, event.runId)
    if (same !== undefined) {
      if (request?.pending !== undefined) attach(same, request.pending)
      return requests.accept(event)
    }
    // Cancelled, or refused to its caller, while the command was in transit.
    if (request?.pending?.isSettled === true) return requests.accept(event)
    let params: ParamValues | Promise<ParamValues>
    try {
      params = request?.params ?? this.#checkedParams(entry, event.params)
    } catch (error) {
      return requests.refuse(event, error)
    }
    const runId = event.runId ?? newRunId(this.#deps, entry, {})
    const queued = toQueued(runId, event as RunRequest, request?.pending)
    entry.queue.push(queued)
    requests.accept(event)
    this.#queued(entry, queued, params)
  }

  /** Queues a run without a command: a missed one, one that was lost with its process, or one saved by an earlier process. */
  ask(entry: TaskEntry, request: RunRequest = {}): RunHandle {
    const { runId, pending, params = {}, isTwin } = this.prepare(entry, request)
    if (isTwin === true) return pending.handle
    const queued = toQueued(runId, request, pending)
    entry.queue.push(queued)
    this.#queued(entry, queued, params)
    return pending.handle
  }

  #queued(entry: TaskEntry, queued: QueuedRun, params: ParamValues | Promise<ParamValues>): void {
    this.#deps.journal.queue(entry)
    if (this.#deps.sessionActor.waitsForStart) this.#deps.waitingRuns.warn(entry.name)
    if (!(params instanceof Promise)) return this.#ready(entry, queued, params)
    params.then(
      (checked) => this.#ready(entry, queued, checked),
      (error) => {
        if (this.#takeOut(entry, queued)) queued.pending?.refuse(error)
      },
    )
  }

  /**
   * Allows the launch of a run once its params are checked. The run may have been cancelled, or refused with its task,
   * meanwhile.
   */
  #ready(entry: TaskEntry, queued: QueuedRun, params: ParamValues): void {
    if (!entry.queue.has(queued)) return
    const { runId, pending } = queued
    if (!this.#makesWay(entry, queued)) {
      this.#takeOut(entry, queued)
      return pending?.settle({ runId, action: 'inaction', reason: skipped })
    }
    queued.params = params
    queued.isReady = true
    this.#deps.reporter.news.tell({ type: 'run.queued', task: entry.name, runId, at: this.#deps.clock.now() })
    tell(entry.actor, { type: 'run.requested', runId })
  }

  /** Ends the live and waiting runs that a new run replaces; true if the new run may be queued. */
  #makesWay(entry: TaskEntry, queued: QueuedRun): boolean {
    const { overlap = 'wait' } = entry.definition.options
    const isFree = entry.queue.first === queued && hasRoom(this.#deps, entry, entry.facts.live)
    if (overlap === 'wait' || isFree) return true
    if (overlap === 'skip') return false
    this.takeBackAll(entry, queued)
    this.#deps.runs.terminate(entry, 'replaced')
    return true
  }

  #twinOf(entry: TaskEntry, key: string): PendingRun | undefined {
    const waiting = entry.queue.withKey(key)?.pending
    const live = entry.live.withKey(key)?.pending
    return waiting ?? live ?? this.#deps.requests.withKey(entry.name, key)
  }

  #checkedParams(entry: TaskEntry, params: ParamValues = {}): ParamValues | Promise<ParamValues> {
    if (typeof params !== 'object' || params === null || Array.isArray(params))
      checkKeys(params, {}, 'params of a run')
    return checkedParams(entry.name, entry.definition.options, params)
  }

  /** The effect of `task.terminate`: cancels queued runs and terminates live ones; one by its id, or all. */
  terminate(entry: TaskEntry, runId: string | undefined): void {
    if (runId !== undefined) return this.#takeBack(entry, runId)
    this.takeBackAll(entry)
    this.#deps.runs.terminate(entry, 'asked')
  }

  /** Cancels a queued run, or terminates a live one. */
  #takeBack(entry: TaskEntry, runId: string): void {
    const queued = entry.queue.withId(runId)
    if (queued === undefined) return this.#deps.runs.terminate(entry, 'asked', runId)
    this.#takeOut(entry, queued)
    queued.pending?.settle(takenBack(runId))
    this.#deps.stateChange.tell()
  }

  /** Refuses a run to a caller that may not wait for it: work that awaits its own task would never end. */
  #refuse(entry: TaskEntry, pending: PendingRun, error: unknown): void {
    if (entry.live.withId(pending.runId) !== undefined) return
    const queued = entry.queue.withId(pending.runId)
    if (queued !== undefined) this.#takeOut(entry, queued)
    pending.refuse(error)
    this.#deps.stateChange.tell()
  }

  /** Cancels all queued runs of a task except the one that replaces them. */
  takeBackAll(entry: TaskEntry, but?: QueuedRun): void {
    for (const queued of [...entry.queue]) if (queued !== but) this.#takeBack(entry, queued.runId)
  }

  /** True if the call comes from inside a live run of the task. */
  isInsideRunOf(entry: TaskEntry): boolean {
    const inside = insideRun()
    return inside !== undefined && entry.live.withId(inside.runId) !== undefined
  }

  /** Removes a run from the queue; false if it is no longer there. */
  #takeOut(entry: TaskEntry, queued: QueuedRun): boolean {
    const isFirst = entry.queue.first === queued
    if (!entry.queue.remove(queued)) return false
    this.#deps.journal.queue(entry)
    // The next run in the queue may have its turn now.
    if (isFirst) tell(entry.actor, { type: 'facts.changed' })
    return true
  }

  /** Throws if the run waits for the caller, which begins to wait for the run. */
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
    // The run stays queued: it launches when the main work has ended, as do runs that are not awaited.
    const lives = target.live.withId(runId) !== undefined
    if (!lives && this.#deps.executors.get(caller.execution)?.isExclusive === true)
      throw new SetupError(
        `Cannot wait for task '${target.name}' within main work as nothing launches until that ends: run it without waiting`,
      )
    caller.waitsFor.add(target.name)
  }

  /** True if a run of the task waits, over any number of steps, for the given run to end. */
  #waitsFor(task: TaskEntry, run: RunSlot, seen: Set<TaskEntry>): boolean {
    if (seen.has(task)) return false
    seen.add(task)
    if (task === run.entry && !hasRoom(this.#deps, task, task.facts.live)) return true
    for (const slot of task.live)
      for (const name of slot.waitsFor) {
        const next = this.#deps.registry.entries.get(name)
        if (next !== undefined && this.#waitsFor(next, run, seen)) return true
      }
    return false
  }

  #slotOf(task: string, runId: string): RunSlot | undefined {
    return this.#deps.registry.entries.get(task)?.live.withId(runId)
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

/** The waiting or live run with this id. */
function find(entry: TaskEntry, runId: string): QueuedRun | RunSlot | undefined {
  return entry.queue.withId(runId) ?? entry.live.withId(runId)
}

/** Gives a handle the outcome of a run that exists already. A run that its condition launched has no handle yet. */
function attach(existing: QueuedRun | RunSlot, pending: PendingRun): void {
  if (existing.pending !== undefined) return pending.follow(existing.pending)
  if (!('actor' in existing)) return
  const slot = existing
  slot.pending = pending
  if (slot.actor.getSnapshot().value !== 'starting') pending.begin()
}
