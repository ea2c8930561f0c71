/**
 * The effects of the run machine, from the launch of a run to its outcome: start record → args → work → settlement → return value
 * stored → end record → outcome reported.
 */
import type { Outcome, TerminateReason } from '../../../machines/protocol.ts'
import { type RunContext, type RunInput, runMachine, type Settlement } from '../../../machines/run.machine.ts'
import type { Launch } from '../../../machines/task.setup.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { SessionStoppedError } from '../../errors/errors.ts'
import type { NewRecord } from '../../log/session-log.ts'
import { isWorkflow } from '../../workflow/workflow.ts'
import { GuardedActor, tell } from '../actors/guarded-actor.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import { toDuration, toTimeout } from '../options/durations.ts'
import { RunAbort } from '../state/abort.ts'
import type { Journal } from '../state/journal.ts'
import type { Returns } from '../state/returns.ts'
import { noParams, type QueuedRun, type RunActor, RunSlot, type TaskEntry } from '../state/task-state.ts'
import type { Resumption } from '../workflows/resumption.ts'
import type { WorkflowRuns } from '../workflows/workflow-runs.ts'
import { abortReason } from './abort-reason.ts'
import { type Capacity, executionOf } from './capacity.ts'
import { beginWork, type WorkDeps } from './execute-run.ts'
import { RunView, type RunViewDeps } from './run-context.ts'
import { endRecordOf, runOutcomeOf, startRecordOf } from './run-records.ts'

/** The default of the option `terminateGrace`, ms. */
const defaultGraceMs = 5000

export interface RunsDeps extends WorkDeps, RunViewDeps {
  readonly changes: ConditionChanges
  readonly returns: Returns
  readonly journal: Pick<Journal, 'ending'>
  /** Calls soon, in slices of the event loop. */
  readonly soon: (call: () => void) => void
  readonly predicates: Predicates
  readonly slots: Pick<Capacity, 'release' | 'take'>
  readonly workflows: WorkflowRuns
  readonly resumption: Pick<Resumption, 'of'>
  /** Guards the actors of the run machine against events from outside. */
  readonly guarded: (machine: typeof runMachine) => typeof runMachine
  /** Called after the end of a run. */
  readonly onEnded: (entry: TaskEntry) => void
}

/** Starts and ends the runs of a session. */
export class Runs {
  readonly #deps: RunsDeps
  readonly #machine: typeof runMachine
  readonly #slots = new WeakMap<object, RunSlot>()
  /** The number of live `main` runs: nothing else launches while there is one. */
  exclusive = 0
  /** The number of live runs, over all tasks. */
  living = 0

  constructor(deps: RunsDeps) {
    this.#deps = deps
    const slotOf = (actor: object): RunSlot => this.#slots.get(actor)!
    const machine = runMachine.provide({
      actions: {
        recordStart: ({ self }) => this.#recordStart(slotOf(self)),
        beginWork: ({ self, context }) => this.#beginWork(slotOf(self), context),
        deliver: ({ self, event }) => {
          if (event.type === 'run.sent') deps.workflows.deliver(slotOf(self), event.event, event.request)
        },
        refuseEvent: ({ self, context, event }) => {
          if (event.type === 'run.sent')
            deps.workflows.refuse(slotOf(self), context, event.event, event.request)
        },
        suspendWork: ({ self }) => deps.workflows.suspend(slotOf(self)),
        releaseSuspended: ({ self, context }) => this.#releaseSuspended(slotOf(self), context),
        abortWork: ({ self, context }) => this.#abortWork(slotOf(self), context),
        recordEnd: ({ self, context }, { settlement }) => this.#recordEnd(slotOf(self), context, settlement),
        dropLateResult: ({ self }) => this.#dropLate(slotOf(self)),
      },
    })
    this.#machine = deps.guarded(machine)
  }

  /** The effect of a launch in the task machine: reserves capacity, and starts the run's actor or reuses it. */
  launch(entry: TaskEntry, launch: Launch): void {
    const queued = entry.takeQueued(launch.runId)
    try {
      this.#launch(entry, launch, queued)
    } catch (error) {
      // The task's actor fails and is created again, without this run: its caller must not wait for it.
      queued?.pending?.refuse(error)
      throw error
    }
  }

  #launch(entry: TaskEntry, launch: Launch, queued: QueuedRun | undefined): void {
    const deps = this.#deps
    const resumed = deps.resumption.of(launch.runId) ?? null
    const start = {
      runId: launch.runId,
      at: launch.at,
      trigger: launch.trigger,
      ...(resumed === null ? {} : { isResumed: true }),
    }
    const free = entry.free.pop()
    const isReused = free !== undefined && free.actor.getSnapshot().status === 'active'
    const slot = isReused ? free : this.#createSlot(entry, start)
    slot.execution = executionOf(deps.configuration, entry, queued)
    slot.params = queued?.params ?? resumed?.record.params ?? noParams
    slot.resumed = resumed
    slot.count += 1
    slot.runId = launch.runId
    slot.startedAt = launch.at
    slot.startedMono = deps.clock.monotonic()
    if (resumed !== null) slot.startedMono -= Math.max(0, deps.clock.now() - launch.at)
    slot.trigger = launch.trigger
    slot.dueAt = launch.dueAt
    slot.period = launch.period
    const takesValue = launch.trigger === 'condition' && entry.definition.streams.length > 0
    slot.value = queued !== undefined ? queued.value : takesValue ? this.#valueFor(entry) : undefined
    slot.pending = queued?.pending
    slot.lives = true
    this.living += 1
    entry.live.push(slot)
    this.#deps.slots.take(slot)
    if (deps.executors.get(slot.execution)?.isExclusive === true) this.exclusive += 1
    try {
      deps.clock.launched?.(entry.name)
    } catch (error) {
      deps.reporter.warn('clock', `The clock threw at a launch of task '${entry.name}': the run goes on.`, {
        task: entry.name,
        error,
      })
    }
    if (isReused) tell(slot.actor, { type: 'run.start', ...start })
    else slot.actor.start()
    entry.endsAtOnce = !slot.lives
  }

  /** Takes the values of the event streams that start the run. The last one is the value of the run. */
  #valueFor(entry: TaskEntry): unknown {
    let value: unknown
    for (const stream of entry.definition.streams)
      value = this.#deps.predicates.take(stream, entry.name) ?? value
    return value
  }

  #createSlot(entry: TaskEntry, start: Omit<RunInput, 'task'>): RunSlot {
    const actor = new GuardedActor(this.#machine, {
      parent: entry.actor,
      input: { task: entry.name, ...start },
    }) as RunActor
    const slot = new RunSlot(entry, actor)
    this.#slots.set(actor, slot)
    return slot
  }

  /** Terminates live runs of a task: one by its id, or all. */
  terminate(entry: TaskEntry, reason: TerminateReason, runId?: string): void {
    for (const slot of runId === undefined ? [...entry.live] : entry.live.allWithId(runId))
      if (reason === 'shut-down' && this.#deps.workflows.suspends(slot))
        tell(slot.actor, { type: 'run.suspend' })
      else tell(slot.actor, { type: 'run.terminate', reason })
  }

  /** Ends a run whose actor failed, since an effect threw: its outcome is `fail`. */
  actorFailed(entry: TaskEntry, actorId: string): void {
    const slot = entry.live.find(({ actor }) => actor.id === actorId)
    const snapshot = slot?.actor.getSnapshot()
    // A second report, or one about an actor that has not failed, is ignored.
    if (slot === undefined || snapshot?.status !== 'error' || !this.#slots.delete(slot.actor)) return
    const settlement: Settlement = { kind: 'threw', error: snapshot.error }
    this.#recordEnd(slot, { ...snapshot.context, outcome: 'fail' }, settlement)
  }

  #recordStart(slot: RunSlot): void {
    const deps = this.#deps
    if (slot.resumed !== null) {
      deps.changes.taskChanged(slot.entry.name, slot.entry.name)
      return this.#began(slot)
    }
    const { durable } = deps.runLog.current.append(startRecordOf(slot))
    deps.changes.taskChanged(slot.entry.name, slot.entry.name)
    if (!(durable instanceof Promise)) return this.#began(slot)
    const { actor, count } = slot
    deps.clock.busy?.(durable)
    durable.then(
      () =>
        deps.soon(() => {
          // The `RunSlot` may serve another run by now.
          if (slot.count === count) this.#began(slot)
        }),
      (error) => {
        deps.reporter.fail('log', `The start of a run of task '${slot.entry.name}' could not be recorded.`, {
          task: slot.entry.name,
          error,
        })
        tell(actor, { type: 'run.settled', settlement: { kind: 'threw', error } })
      },
    )
  }

  #began(slot: RunSlot): void {
    const { pending, entry } = slot
    tell(slot.actor, { type: 'run.began' })
    pending?.begin()
    const deps = this.#deps
    const { runId, startedAt: at, trigger } = slot
    if (slot.resumed !== null)
      return deps.reporter.news.tell({ type: 'run.resumed', task: entry.name, runId, at: deps.clock.now() })
    const lateMs = slot.dueAt === null ? 0 : at - slot.dueAt
    const isLate = lateMs > deps.configuration.settings.lateAfterMs
    if (isLate)
      deps.reporter.failures.report('started late', entry.name, ` by ${(lateMs / 1000).toFixed(1)} s`, {
        run: runId,
        lateMs,
      })
    if (!deps.reporter.news.isHeard) return
    deps.reporter.news.tell({ type: 'run.started', task: entry.name, runId, at, trigger })
    if (isLate) deps.reporter.news.tell({ type: 'run.late', task: entry.name, runId, at, lateMs })
  }

  #beginWork(slot: RunSlot, { inbox }: RunContext): void {
    this.#armTimeout(slot)
    const { actor, count } = slot
    const view = new RunView(this.#deps, slot, abortOf(slot))
    // Bound to this run: the `RunSlot` may serve another run when a late result arrives.
    const settle = (settlement: Settlement): void => {
      const isOver = slot.count !== count || actor.getSnapshot().status !== 'active'
      if (isOver) this.#dropLate(slot)
      else tell(actor, { type: 'run.settled', settlement })
    }
    beginWork(this.#deps, slot, view, settle)
    for (const { event, request } of inbox) this.#deps.workflows.deliver(slot, event, request)
  }

  #dropLate({ entry }: RunSlot): void {
    const message = `A run of task '${entry.name}' settled after it had ended: dropped.`
    this.#deps.reporter.warn('late-result', message, { task: entry.name })
  }

  #armTimeout(slot: RunSlot): void {
    const { options, work } = slot.entry.definition
    if (options.permanent === true || (options.timeout === undefined && isWorkflow(work))) return
    const timeoutMs =
      options.timeout === undefined
        ? this.#deps.configuration.settings.timeoutMs
        : toTimeout(options.timeout, 'timeout')
    slot.timeoutMs = timeoutMs
    if (timeoutMs === Number.POSITIVE_INFINITY) return
    slot.undoTimeout = this.#deps.clock.callAfter(timeoutMs, () => {
      slot.undoTimeout = null
      tell(slot.actor, { type: 'run.terminate', reason: 'timeout' })
    })
  }

  #abortWork(slot: RunSlot, context: RunContext): void {
    const { entry, actor } = slot
    this.#deps.journal.ending(slot, context.reason)
    const { terminateGrace } = entry.definition.options
    const graceMs =
      terminateGrace === undefined ? defaultGraceMs : toDuration(terminateGrace, 'terminateGrace')
    // The grace timer is set before the abort: work that ends synchronously on the signal cancels it.
    slot.undoGrace = this.#deps.clock.callAfter(graceMs, () => {
      slot.undoGrace = null
      try {
        slot.handle?.end?.()
      } catch (error) {
        const message = `Executor '${slot.execution}' threw when it was to end a run of task '${entry.name}'.`
        this.#deps.reporter.warn('executor', message, { task: entry.name, error })
      }
      tell(actor, { type: 'run.graceOver' })
    })
    const reason = abortReason(slot, context.reason)
    abortOf(slot).abort(reason)
    slot.workflow?.abort(reason)
  }

  #recordEnd(slot: RunSlot, context: RunContext, settlement: Settlement | null): void {
    const deps = this.#deps
    deps.workflows.refuseInbox(slot, context)
    const { entry, runId } = slot
    const outcome = context.outcome ?? 'fail'
    slot.undoTimeout?.()
    slot.undoGrace?.()
    slot.undoTimeout = slot.undoGrace = null
    slot.handle = undefined
    const value = outcome === 'success' && settlement?.kind === 'returned' ? settlement.value : undefined
    const error = outcome === 'fail' && settlement?.kind === 'threw' ? settlement.error : undefined
    // The return value of a removed task is dropped. Others are stored before the success is reported.
    if (outcome === 'success' && !entry.isRemoved) deps.returns.set(entry.name, value)
    const record = endRecordOf(slot, {
      outcome,
      reason: context.reason,
      at: deps.clock.now(),
      runtimeMs: Math.max(0, deps.clock.monotonic() - slot.startedMono),
      value,
      error,
    })
    const announce = (): void => this.#announce(slot, runId, outcome, record, { value, error })
    const { durable } = deps.runLog.current.append(record)
    if (!(durable instanceof Promise)) return announce()
    deps.clock.busy?.(durable)
    durable.then(
      () => deps.soon(announce),
      (problem) => {
        deps.reporter.fail('log', `The end of a run of task '${entry.name}' could not be recorded.`, {
          task: entry.name,
          error: problem,
        })
        announce()
      },
    )
  }

  /** The effect of a suspension: the run has no end, and its capacity is free. */
  #releaseSuspended(slot: RunSlot, context: RunContext): void {
    const deps = this.#deps
    const { entry, pending } = slot
    const { runId } = context
    deps.workflows.refuseInbox(slot, context)
    slot.undoTimeout?.()
    slot.undoTimeout = null
    this.#free(slot)
    tell(entry.actor, { type: 'run.suspended', runId })
    deps.reporter.news.tell({ type: 'run.suspended', task: entry.name, runId, at: deps.clock.now() })
    pending?.refuse(
      new SessionStoppedError(
        `Cannot wait for run '${runId}' of task '${entry.name}' as the session stops: the run is suspended, and continues at the next start.`,
      ),
    )
    deps.onEnded(entry)
  }

  /** Frees the place and the capacity of a run. */
  #free(slot: RunSlot): void {
    const { entry } = slot
    if (this.#deps.executors.get(slot.execution)?.isExclusive === true) this.exclusive -= 1
    entry.live.remove(slot)
    this.living -= 1
    this.#deps.slots.release(slot)
    slot.lives = false
    slot.pending = undefined
    slot.abort = null
    slot.value = undefined
    slot.waitsFor.clear()
    slot.resumed = null
    slot.workflow?.answerAll()
    slot.workflow = null
    // The actor of a removed task would not be used again, and XState keeps actors that have not ended. A new actor of the
    // task neither stops nor supervises the children of its predecessor.
    if (slot.actor.getSnapshot().status === 'active')
      if (entry.isRemoved || slot.actor._parent !== entry.actor) tell(slot.actor, { type: 'run.close' })
      else entry.free.push(slot)
  }

  /** Reports failures and timeouts to the logger. Inaction and terminated runs are not problems. */
  #reportEnd({ name }: TaskEntry, run: string, outcome: Outcome, record: NewRecord): void {
    const deps = this.#deps
    if (outcome === 'fail') {
      const error = record.error === undefined ? undefined : deps.session.log.redact(record.error)
      deps.reporter.failures.report('failed', name, '', { run, action: outcome }, error)
    } else if (outcome === 'terminate' && record.reason === 'timeout')
      deps.reporter.failures.report('timed out', name, '', { run, action: outcome, reason: record.reason })
    else if (outcome === 'crash')
      deps.reporter.failures.report('crashed', name, `: ${record.reason}`, { run, action: outcome })
  }

  #announce(
    slot: RunSlot,
    runId: string,
    outcome: Outcome,
    record: NewRecord,
    came: { readonly value: unknown; readonly error: unknown },
  ): void {
    const deps = this.#deps
    const { entry, pending } = slot
    // Read first: if the clock throws, the run is still live, and the failure of its actor ends it.
    const relaunchAt = deps.clock.monotonic() + deps.configuration.settings.relaunchDelayMs
    this.#free(slot)
    deps.changes.taskChanged(entry.name, entry.isRemoved ? null : entry.name)
    tell(entry.actor, { type: 'run.ended', runId, outcome, relaunchAt })
    this.#reportEnd(entry, runId, outcome, record)
    if (deps.reporter.news.isHeard)
      deps.reporter.news.tell({
        type: 'run.ended',
        task: entry.name,
        runId,
        at: record.at,
        action: outcome,
        ...(came.value === undefined ? {} : { value: came.value }),
        ...(record.error === undefined ? {} : { error: deps.session.log.redact(record.error) }),
        ...(record.reason === undefined ? {} : { reason: record.reason }),
      })
    pending?.settle(runOutcomeOf(runId, outcome, record.reason, came))
    this.#deps.onEnded(entry)
  }
}

function abortOf(slot: RunSlot): RunAbort {
  slot.abort ??= new RunAbort()
  return slot.abort
}
